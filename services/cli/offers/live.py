"""Commands to a site that runs: `rami status`, `mode`, `swap`, `stop` and more."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rami.core.errors import ConfigurationError
from services.cli import ending
from services.cli.options import Json

if TYPE_CHECKING:
    from services.cli.live.request import Asking

#: its commands stand beside the others, without a word of their own
app = typer.Typer()

Run = Annotated[
    Path | None,
    typer.Argument(
        metavar="RUN",
        help="folder of the run, or its name below runs/; without one the newest that runs",
        show_default=False,
    ),
]
As = Annotated[
    str | None,
    typer.Option(
        "--as", envvar="RAMI_OPERATOR", help="who asks; without it the login name", metavar="NAME"
    ),
]
Why = Annotated[str, typer.Option(help="reason, for the record", metavar="TEXT")]
Timeout = Annotated[str, typer.Option(help="how long an answer is waited for", metavar="SPAN")]
Twin = Annotated[str, typer.Argument(help="twin of the site")]
PointPath = Annotated[str, typer.Argument(help="twin.component.point")]

_TIMEOUT = "30 s"


class ModeName(StrEnum):
    """As `rami.integration.mode`."""

    SIMULATE = "simulate"
    SHADOW = "shadow"
    ADVISE = "advise"
    CONTROL = "control"


class BackendName(StrEnum):
    """What a twin's values may come from."""

    MODEL = "model"
    PLANT = "plant"


@app.command()
@ending.handled
def status(
    run: Run = None,
    watch: Annotated[bool, typer.Option("--watch", help="again and again, until it ends")] = False,
    json: Json = False,
) -> None:
    """Show twins, pace, plan and alarms of a site that runs."""
    from services.cli.live import status as work

    work.status(run, watch, json)


@app.command()
@ending.handled
def events(
    run: Run = None,
    since: Annotated[int, typer.Option(min=0, help="only those after this number")] = 0,
    follow: Annotated[
        bool, typer.Option("--follow", help="those to come as well, until the run ends")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="print a JSON object a line")] = False,
) -> None:
    """Show what happened in a run, from its journal."""
    from services.cli.live import events as work

    work.events(run, since, follow, json)


@app.command()
@ending.handled
def mode(
    twin: Twin,
    mode: Annotated[ModeName, typer.Argument(help="mode to enter")],
    run: Run = None,
    as_: As = None,
    why: Why = "",
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """Have a twin change its mode; every reason where it may not."""
    _ask("mode", {"twin": twin, "mode": mode.value, "why": why}, run, as_, timeout, json)


@app.command()
@ending.handled
def swap(
    twin: Twin,
    backend: Annotated[BackendName, typer.Argument(help="where its values are to come from")],
    run: Run = None,
    as_: As = None,
    why: Why = "",
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """Swap a twin's model for its plant, or back."""
    _ask("swap", {"twin": twin, "backend": backend.value, "why": why}, run, as_, timeout, json)


@app.command("set", context_settings={"ignore_unknown_options": True})
@ending.handled
def set_(
    point: PointPath,
    value: Annotated[str, typer.Argument(help="e.g. 300 or '300 kW'")],
    run: Run = None,
    unit: Annotated[
        str | None, typer.Option(help="unit of the value; without one the point's own")
    ] = None,
    lease: Annotated[
        str | None, typer.Option(help="how long it holds, e.g. '10 min'", metavar="SPAN")
    ] = None,
    as_: As = None,
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """Set a point by hand; it stays yours for the time of the lease."""
    from services.cli.live import request as work

    work.set_point(point, value, unit, lease, _asking(run, as_, timeout, json))


@app.command("give-back")
@ending.handled
def give_back(
    point: PointPath,
    run: Run = None,
    as_: As = None,
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """Give a point that was set by hand back to the controllers."""
    _ask("give_back", {"point": point}, run, as_, timeout, json)


@app.command()
@ending.handled
def replan(
    run: Run = None, as_: As = None, timeout: Timeout = _TIMEOUT, json: Json = False
) -> None:
    """Have a new schedule made now."""
    _ask("replan", {}, run, as_, timeout, json)


@app.command()
@ending.handled
def apply(run: Run = None, as_: As = None, timeout: Timeout = _TIMEOUT, json: Json = False) -> None:
    """Follow the schedule that waits for an operator."""
    _ask("apply_schedule", {}, run, as_, timeout, json)


@app.command()
@ending.handled
def reject(
    run: Run = None,
    as_: As = None,
    why: Why = "",
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """Drop the schedule that waits for an operator."""
    _ask("reject_schedule", {"why": why}, run, as_, timeout, json)


@app.command()
@ending.handled
def emergency(
    twin: Twin,
    run: Run = None,
    as_: As = None,
    why: Why = "",
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """Stop a twin: its inputs go to their safe values and stay there."""
    _ask("emergency", {"twin": twin, "why": why}, run, as_, timeout, json)


@app.command()
@ending.handled
def release(
    twin: Twin,
    run: Run = None,
    as_: As = None,
    why: Why = "",
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """End the emergency stop of a twin."""
    _ask("release", {"twin": twin, "why": why}, run, as_, timeout, json)


@app.command()
@ending.handled
def ack(
    source: Annotated[
        str | None, typer.Argument(help="what it concerns, e.g. hts; 'site' for the site")
    ] = None,
    condition: Annotated[
        str | None, typer.Argument(help="name of the condition, as `status` shows it")
    ] = None,
    run: Run = None,
    all_: Annotated[
        bool, typer.Option("--all", help="all that wait for it, in place of SOURCE CONDITION")
    ] = False,
    as_: As = None,
    comment: Annotated[str, typer.Option(help="remark, for the record", metavar="TEXT")] = "",
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """Acknowledge an alarm, or all of them."""
    from services.cli.live import request as work

    if all_ and condition is None:
        named = run if source is None else Path(source)
        work.acknowledge_all(comment, _asking(named, as_, timeout, json))
        return
    if all_ or source is None or condition is None:
        raise ConfigurationError("ack: wanted SOURCE and CONDITION, or --all")
    given = {"source": "" if source == "site" else source, "condition": condition}
    _ask("acknowledge", {**given, "comment": comment}, run, as_, timeout, json)


@app.command()
@ending.handled
def checkpoint(
    run: Run = None, as_: As = None, timeout: Timeout = _TIMEOUT, json: Json = False
) -> None:
    """Have the whole state kept now, to go on from."""
    _ask("checkpoint", {}, run, as_, timeout, json)


@app.command()
@ending.handled
def stop(
    run: Run = None,
    as_: As = None,
    why: Why = "",
    timeout: Timeout = _TIMEOUT,
    json: Json = False,
) -> None:
    """End a run in order."""
    _ask("stop", {"why": why}, run, as_, timeout, json)


def _asking(run: Path | None, who: str | None, timeout: str, json: bool) -> Asking:
    from services.cli.live.request import Asking

    return Asking(run, who, timeout, json)


def _ask(
    verb: str, given: dict[str, Any], run: Path | None, who: str | None, timeout: str, json: bool
) -> None:
    from rami.communication.live_site import Verb
    from services.cli.live import request as work

    work.request(Verb(verb), given, _asking(run, who, timeout, json))
