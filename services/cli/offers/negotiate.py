"""`rami negotiate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json, Out


@ending.handled
def negotiate(
    district: Annotated[str, typer.Argument(help="file of a district, or 'demo'")] = "demo",
    out: Out = Path("out"),
    steps: Annotated[str, typer.Option(help="steps of cooperation to live")] = "0,1,2,3",
    days: Annotated[int | None, typer.Option(min=1, max=31, help="days instead of its own")] = None,
    groups: Annotated[
        int | None, typer.Option(min=1, max=5000, help="consumer groups, all else in proportion")
    ] = None,
    json: Json = False,
) -> None:
    """Have a district's owners negotiate heat: nobody talks, forecasts, answers, one plan."""
    from services.cli import negotiate as work

    work.negotiate(district, out, steps, days, groups, json)
