"""Parts of a live run that the site's clock, strategy and historian declare."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS, instant
from services.assemble.historian import has_store, open_historian
from services.assemble.plant import strategy

#: searches for one plan that each may use the declared deadline, and time for all the rest, s
_SEARCHES, _BESIDE_S = 3, 30.0

if TYPE_CHECKING:
    from rami.integration.alarm_limits import AlarmLimit
    from services.planning.planner import Planner
    from services.runtime.beside import Happened
    from services.runtime.clock import RunClock
    from services.runtime.figures import LiveFigures
    from services.runtime.history import LiveHistory
    from services.runtime.twin_modes import TwinModes
    from services.study.job import Job
    from services.study.season_run import SeasonRun
    from twins.site.site import Site
    from twins.twin import CostBasis


def run_clock(site: Site, kind: str, speed: float) -> RunClock:
    """The clock of a run, at its start."""
    from services.runtime.clock import PacedClock, SimulatedClock

    if kind == "simulated":
        return SimulatedClock(instant(site.clock.start))
    if kind == "scaled":
        return PacedClock(instant(site.clock.start), speed)
    return PacedClock(begin_ns(site), real=True)


def begin_ns(site: Site) -> int:
    """Where a run in real time begins now: a whole step of the exchange, so that plans stand on
    the minute."""
    step_ns = round(site.clock.step * NS)
    return time.time_ns() // step_ns * step_ns


def live_planner(site: Site, job: Job, basis: CostBasis, *, simulated: bool) -> Planner:
    """In simulated time in this process, else in one of its own."""
    from services.planning.planner import InProcessPlanner
    from services.planning.process import ProcessPlanner
    from services.planning.worker import Planning

    if simulated:
        return InProcessPlanner(strategy(site, cost_basis=basis))
    steps = round(site.strategy.horizon / site.strategy.step)
    planning = Planning(site.file, steps, {"cost_basis": basis}, site.hash)
    declared = site.strategy.deadline
    if declared is None:
        return ProcessPlanner(planning)
    return ProcessPlanner(planning, _BESIDE_S + _SEARCHES * declared)


def tell_restarts(twin: str, model: object, happened: Happened) -> None:
    """Have restarts of an FMU's own process told as events, where `model` has one."""
    if not hasattr(model, "on_trouble"):
        return

    def tell(text: str, details: Mapping[str, Any]) -> None:
        counts = {k: details[k] for k in ("restarts", "states_lost") if k in details}
        happened(EventKind.MODEL, twin, Severity.WARNING, text, **counts)

    model.on_trouble = tell


def live_history(
    site: Site, run: SeasonRun, modes: Mapping[str, TwinModes], figures: LiveFigures,
    happened: Happened, stack: ExitStack, *, simulated: bool,
) -> LiveHistory | None:  # fmt: skip
    """Into the historian that the site declares; raises as its store. In simulated time the run
    waits where the queue is full."""
    from services.runtime.companion import Companion
    from services.runtime.history import LiveHistory
    from services.runtime.words import Words

    if not has_store(site):
        return None
    besides = {twin: one.switch.beside for twin, one in modes.items()}
    shadows = {t: b.shadow for t, b in besides.items() if isinstance(b, Companion)}
    writer = open_historian(site, waits=simulated)
    stack.callback(writer.close)
    words = Words(modes, lambda: run.schedule.rung if run.schedule is not None else "")
    return LiveHistory(writer, modes, shadows, figures, words, happened)


def live_limits(site: Site) -> dict[str, tuple[AlarmLimit, ...]]:
    """Limits of each twin's measured points."""
    from rami.integration.alarm_limits import alarm_limits

    return {
        twin: alarm_limits(
            topology.points.points, topology.components, site.declaration.twins[twin].alarms
        ).all
        for twin, topology in site.topology.twins.items()
    }
