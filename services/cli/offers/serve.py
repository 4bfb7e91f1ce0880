"""`rami serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json, Site


@ending.handled
def serve(
    site: Site = None,
    out: Annotated[
        Path | None, typer.Option(help="the run's folder; default: runs/NAME", show_default=False)
    ] = None,
    real: Annotated[bool, typer.Option("--real", help="with the wall clock")] = False,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="as fast as it goes; plants in lockstep")
    ] = False,
    speed: Annotated[
        float | None, typer.Option(min=0.01, max=10000, help="times the wall clock's pace")
    ] = None,
    as_: Annotated[
        str, typer.Option("--as", help="operator in whose name declared modes are entered")
    ] = "",
    rehearse: Annotated[
        list[str] | None,
        typer.Option(help="TWIN=PORT: the plant is an emulator with this control port; repeatable"),
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="schedules wait until somebody applies them")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on from the folder's last checkpoint")
    ] = False,
    duration: Annotated[
        str | None, typer.Option(help="length of the run; default: the site's clock")
    ] = None,
    json: Json = False,
) -> None:
    """Run a site live: models and plants, plans, control, requests, checkpoints."""
    from services.cli import serve as work

    work.serve(
        site, out, real=real, simulated=simulated, speed=speed, who=as_,
        rehearse=tuple(rehearse or ()), approve=approve, resume=resume, duration=duration,
        json=json,
    )  # fmt: skip
