"""`rami data`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json

app = typer.Typer(
    help="The historian of a site: its quality, its data in and out.",
    no_args_is_help=True,
)

Target = Annotated[
    Path | None,
    typer.Argument(help="site file or data file; without one the reference site"),
]
From = Annotated[str | None, typer.Option("--from", help="first instant, e.g. 2019-01-14")]
To = Annotated[str | None, typer.Option("--to", help="end, not included")]
Signals = Annotated[str | None, typer.Option(help="names or patterns, e.g. 'hts.*.T_*,temp_air'")]
Zone = Annotated[str | None, typer.Option(help="zone of a file's stamps without an offset")]


@app.command()
@ending.handled
def quality(
    target: Target = None,
    from_: From = None,
    to: To = None,
    signals: Signals = None,
    zone: Zone = None,
    out: Annotated[
        Path | None, typer.Option(help="folder for quality.html and quality.json")
    ] = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="print the site's rules and where they come from")
    ] = False,
    json: Json = False,
) -> None:
    """Check the signals of a site's historian, or those of a data file."""
    from services.cli import quality as work

    if rules:
        work.rules(target, json)
    else:
        work.quality(target, work.wanted_of(from_, to, signals, zone), out, json)


@app.command()
@ending.handled
def clean(
    target: Target = None,
    step: Annotated[str, typer.Option(help="raster of what is written")] = "15 min",
    from_: From = None,
    to: To = None,
    signals: Signals = None,
    zone: Zone = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV file with values and a status for each")
    ] = None,
    json: Json = False,
) -> None:
    """Check, fill and resample; `<name>@clean` to the historian, and to a file."""
    from services.cli import quality as work

    work.clean(target, work.wanted_of(from_, to, signals, zone), step, out, json)
