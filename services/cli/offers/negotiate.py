"""`rami negotiate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json, Out


@ending.handled
def negotiate(
    district: Annotated[
        str, typer.Argument(help="file of a district, 'demo' or 'demo-engines'")
    ] = "demo",
    out: Out = Path("out"),
    steps: Annotated[
        str | None,
        typer.Option(help="steps of cooperation to live; without: 0,1,2,3, over a bus 2"),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=31, help="days instead of its own")] = None,
    groups: Annotated[
        int | None, typer.Option(min=1, max=5000, help="consumer groups, all else in proportion")
    ] = None,
    over: Annotated[
        str, typer.Option(help="process, or bus: a broker here and a process for each owner")
    ] = "process",
    json: Json = False,
) -> None:
    """Have a district's owners negotiate heat: nobody talks, forecasts, answers, one plan."""
    if over == "bus":
        from services.cli.negotiate_over_bus import over_bus

        over_bus(district, out, steps or "2", days, groups, json)
        return
    if over != "process":
        from rami.core.errors import ConfigurationError, Problem

        raise ConfigurationError([Problem("--over", f"{over!r}: wanted `process` or `bus`")])
    from services.cli import negotiate as work

    work.negotiate(district, out, steps or "0,1,2,3", days, groups, json)
