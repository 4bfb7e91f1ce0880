"""`rami learn`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json, Site

app = typer.Typer(
    help="Parameters learned from history, patterns and trends.",
    no_args_is_help=True,
)

Run = Annotated[
    str | None, typer.Option("--run", help="a run of a study in the historian: winter.marginal")
]
From = Annotated[str | None, typer.Option("--from", help="first instant, with time zone")]
To = Annotated[str | None, typer.Option("--to", help="end, not included")]
Store = Annotated[
    Path | None, typer.Option(help="folder of an embedded historian, in place of the site's")
]


@app.command()
@ending.handled
def curves(
    site: Site = None,
    run: Run = None,
    from_: From = None,
    to: To = None,
    step: Annotated[str, typer.Option(help="length of the intervals")] = "15 min",
    store: Store = None,
    write: Annotated[
        Path | None,
        typer.Option(help="write what differs into this site file (the same, or a new one)"),
    ] = None,
    json: Json = False,
) -> None:
    """Part load, COP and UA from history by regression, beside what the site file says."""
    from services.cli import learn as work

    work.curves(
        site, run=run, first=from_, after=to, step=step, store=store, write=write, json=json
    )


@app.command()
@ending.handled
def patterns(
    target: Annotated[
        Path | None,
        typer.Argument(help="site file or data file; without one the reference site"),
    ] = None,
    signal: Annotated[str, typer.Option(help="the signal or column")] = "temp_air",
    run: Run = None,
    from_: From = None,
    to: To = None,
    zone: Annotated[str, typer.Option(help="zone of the local days")] = "Europe/Berlin",
    file_zone: Annotated[
        str | None, typer.Option(help="zone of a file's stamps without an offset")
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Day types, changes of level and trend of a signal."""
    from services.cli import learn as work

    work.patterns(
        target,
        signal,
        run=run,
        first=from_,
        after=to,
        zone=zone,
        file_zone=file_zone,
        store=store,
        json=json,
    )
