"""`rami run`: one closed-loop run of a site."""

from __future__ import annotations

from pathlib import Path

from services.cli.output import print_json, print_table
from services.cli.site import opened
from services.progress import reported


def run(file: Path | None, out: Path, json: bool) -> None:
    """Run over the span of the site's clock and print the main figures.

    The work is `services.run.run_site(site, out, report)`: it writes its files into `out`,
    tells `report` how far it is, and returns the figures by name (plain JSON types, units in
    the names). Raises RamiError.
    """
    site = opened(file)
    from services.run import run_site

    with reported() as report:
        figures = run_site(site, out, report)
    if json:
        print_json(figures)
    else:
        print_table(("figure", "value"), list(figures.items()))
