"""`rami utility`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json, Out

app = typer.Typer(
    help="A heat utility day by day: meters, group demand, forecasts, plans.",
    no_args_is_help=True,
)
File = Annotated[Path, typer.Argument(help="file of a utility")]


@app.command()
@ending.handled
def generate(
    file: File,
    out: Out = Path("town"),
    days: Annotated[int, typer.Option(min=1, max=366, help="days of readings")] = 10,
    customers: Annotated[
        int | None, typer.Option(min=1, max=200_000, help="about so many, all else in proportion")
    ] = None,
    faults: Annotated[bool, typer.Option(help="meters that fail as real ones do")] = True,
    json: Json = False,
) -> None:
    """Write synthetic data of a utility: meters' files by day, plant, weather, lists."""
    from services.cli import utility as work

    work.generate(file, out, days, customers, faults, json)


@app.command()
@ending.handled
def run(
    file: File,
    out: Out = Path("out"),
    start: Annotated[
        str | None, typer.Option(help="midnight of the first day; none: where the data begin")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3660, help="how many")] = 1,
    json: Json = False,
) -> None:
    """Run a utility's services over days of data: demand, quality, forecasts, plans."""
    from services.cli import utility as work

    work.run(file, out, start, days, json)
