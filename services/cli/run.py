"""`rami run`: one closed-loop run of a site."""

from __future__ import annotations

from pathlib import Path

from services.cli.output import print_json, print_table
from services.cli.site import opened, placed, warn
from services.progress import reported


def run(file: Path | None, out: Path, json: bool) -> None:
    """Run over the span of the site's clock and print the main figures.

    `run_site` writes its files into `out`, tells `report` how far it is, and returns the
    figures by name, units in the names. Raises RamiError.
    """
    site = opened(file)
    warn(site)
    from services.report.results import plain
    from services.run import run_site

    with placed(site), reported() as report:
        figures = run_site(site, out, report)
    if json:
        print_json(plain(figures))
    else:
        print_table(("figure", "value"), [(name, _shown(v)) for name, v in figures.items()])


def _shown(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
