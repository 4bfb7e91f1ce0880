"""What `rami` offers: commands and options; each command loads its own work when called."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.offers import COMMANDS, GROUPS, MERGED
from services.cli.options import Json, Out, Site

app = typer.Typer(
    name="rami",
    help="Digital twins for industrial heat: one site file gives physics, plan, control, accounts.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # panels cost 60 ms and are lost on a pipe
    rich_markup_mode="markdown" if sys.stdout.isatty() else None,
)
fmu_app = typer.Typer(help="The physics models of a site.", no_args_is_help=True)
app.add_typer(fmu_app, name="fmu")
for _name, _group in GROUPS.items():
    app.add_typer(_group, name=_name)
for _command in COMMANDS:
    app.command()(_command)
for _group in MERGED:
    app.add_typer(_group)


def main() -> None:
    """Entry point of the console script; `--debug` may stand anywhere."""
    # sums in one order on any number of cores, and no threads beside the workers
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = sys.argv[1:]
    ending.show_tracebacks("--debug" in arguments)
    with ending.orderly():
        app(args=[a for a in arguments if a != "--debug"], prog_name="rami")


@app.callback()
def _common(
    debug: Annotated[
        bool, typer.Option("--debug", help="show the traceback of an unexpected error")
    ] = False,
) -> None:
    """Digital twins for industrial heat: one site file gives physics, plan, control, accounts."""


@app.command()
def version() -> None:
    """Print the version."""
    from rami import __version__

    typer.echo(f"rami-twins {__version__}")


@app.command()
@ending.handled
def check(
    site: Site = None,
    json: Json = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="print the JSON Schema of site files and stop")
    ] = False,
) -> None:
    """Read a site file; report every problem at once."""
    from services.cli import check as work

    if schema:
        work.print_schema()
    else:
        work.check(site, json)


@app.command()
@ending.handled
def show(
    site: Site = None,
    svg: Annotated[Path | None, typer.Option(help="write the drawing to this file")] = None,
    json: Json = False,
    twin: Annotated[str | None, typer.Option(help="only this twin")] = None,
) -> None:
    """Show the twin graph as text, as JSON, or draw it as SVG."""
    from services.cli import show as work

    work.show(site, svg, json, twin)


@app.command()
@ending.handled
def doctor(json: Json = False) -> None:
    """Look at this machine: Python, compiler, packages, disk."""
    from services.cli import doctor as work

    work.doctor(json)


@app.command()
@ending.handled
def run(
    site: Site = None,
    out: Out = Path("out"),
    json: Json = False,
) -> None:
    """Run a site once in closed loop over the span of its clock."""
    from services.cli import run as work

    work.run(site, out, json)


@app.command()
@ending.handled
def study(
    site: Site = None,
    out: Out = Path("out"),
    seasons: Annotated[
        str | None, typer.Option(help="some of the site's seasons, e.g. winter,summer")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="days per season")] = None,
    data: Annotated[
        Path | None, typer.Option(help="folder of season files (*_<season>_15min.csv)")
    ] = None,
    prices: Annotated[Path | None, typer.Option(help="CSV of day-ahead prices")] = None,
    step: Annotated[
        str | None,
        typer.Option(help="step of the networks and of the exchange of heat, e.g. '60 s'"),
    ] = None,
    json: Json = False,
) -> None:
    """Compare plans of several kinds with a baseline over seasons."""
    from services.cli import study as work

    work.study(
        site, out, seasons=seasons, days=days, data=data, prices=prices, step=step, json=json
    )


@fmu_app.command("build")
@ending.handled
def fmu_build(
    site: Site = None,
    out: Annotated[
        Path | None, typer.Option(help="copy the FMUs to this folder", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Build the FMU of every twin, or take it from the cache."""
    from services.cli import fmu as work

    work.build(site, out, json)
