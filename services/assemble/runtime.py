"""A site put together to run live: switches with guards, plants and models, loop, plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.event import EventKind, Severity
from rami.integration.audit import AuditFile
from services.assemble.attached import at_loop, live_services
from services.assemble.live_parts import (
    begin_ns,
    live_history,
    live_limits,
    live_planner,
    run_clock,
    tell_restarts,
)
from services.assemble.live_twin import MakePlant, TwinMaker
from services.assemble.plant import open_backends
from services.assemble.played import only_played

if TYPE_CHECKING:
    from rami.core.frame import Frame
    from rami.functional.technical import BaseAutomation, StationController
    from services.control.published import Published
    from services.loop.closed_loop import LoopSteps
    from services.planning.planner import Planner
    from services.runtime.beside import Happened
    from services.runtime.clock import RunClock
    from services.runtime.live_run import LiveOptions, LiveRun
    from services.runtime.twin_modes import TwinModes
    from services.study.job import Job
    from services.study.season_run import SeasonRun
    from twins.site.site import Site
    from twins.twin import CostBasis

__all__ = ["AUDIT_FILE", "MakePlant", "Opened", "begin_ns", "open_run", "run_clock"]

AUDIT_FILE = "audit.jsonl"
#: steps whose rows become durable together where all plants are only played
_TOGETHER = 100


@dataclass
class Opened:
    """A live run with what has to be closed after it."""

    run: LiveRun
    season: SeasonRun
    modes: Mapping[str, TwinModes]
    published: Published
    stack: ExitStack = field(default_factory=ExitStack)


class _Events:
    """Events of parts that are made before what takes them."""

    into: Happened

    def __call__(
        self,
        kind: EventKind,
        source: str,
        severity: Severity,
        text: str,
        *,
        condition: str = "",
        active: bool = False,
        **details: float | str | bool,
    ) -> object:
        return self.into(
            kind, source, severity, text, condition=condition, active=active, **details
        )


def open_run(
    site: Site,
    folder: Path,
    job: Job,
    clock: RunClock,
    options: LiveOptions,
    *,
    rehearsals: Mapping[str, int] | None = None,
    plants: Mapping[str, MakePlant] | None = None,
    resume: bool = False,
) -> Opened:
    """Everything connected and at its start, or where it was with `resume`.

    `plants` take the place of declared ones. Plants that cannot be reached are waited for.
    Raises ConfigurationError (maps, limits, options that do not fit), UnreachableError (a
    rehearsal's control port), RunError (audit, files), DataError (data, a checkpoint of another
    site).
    """
    from services.control.journal import EVENTS_FILE, EventJournal
    from services.control.published import Published
    from services.loop.cosimulation import Cosimulation
    from services.runtime.checkpoints import Checkpoints
    from services.runtime.figures import LiveFigures
    from services.runtime.live_loop import LiveLoop
    from services.runtime.live_run import LiveRun
    from services.runtime.refused import RefusedRequests
    from services.study.job import prepared

    stack, simulated = ExitStack(), clock.kind == "simulated"
    try:
        played = simulated and only_played(site, rehearsals or {}, plants or {})
        together = _TOGETHER if played else 1
        audit = stack.enter_context(AuditFile(folder / AUDIT_FILE, clock, together=together))
        journal = EventJournal(folder / EVENTS_FILE)
        stack.callback(journal.close)
        modes: dict[str, TwinModes] = {}
        events = _Events()

        maker = TwinMaker(
            site, job.fmus, clock, audit, events, stack, rehearsals or {}, plants or {}
        )
        for twin, backend in open_backends(site, job.fmus).items():
            stack.callback(_closer(backend))
            modes[twin] = maker.twin(twin, backend)
        switches = {twin: one.switch for twin, one in modes.items()}
        points = {twin: one.shown.points for twin, one in modes.items()}
        refused = RefusedRequests(site.name, audit, clock)
        published = Published(site.name, points, clock, journal, refused=refused.take)
        events.into = published.happened
        for twin, switch in switches.items():
            tell_restarts(twin, switch.model, published.happened)
        planners: list[Planner] = []

        def planner(basis: CostBasis) -> Planner:
            planners.append(live_planner(site, job, basis, simulated=simulated))
            stack.callback(planners[-1].close)
            return planners[-1]

        def loop(
            controllers: Mapping[str, StationController],
            automation: Mapping[str, BaseAutomation],
            steps: LoopSteps,
            data: Frame,
            watched: Mapping[str, Sequence[str]],
        ) -> LiveLoop:
            plant = Cosimulation(site.topology, switches)
            made = LiveLoop(
                plant, switches, controllers, automation, steps, data, watched, clock, after
            )
            made.at(job.start_ns)
            return made

        runs: list[LiveRun] = []

        def after(step: int) -> None:
            runs[0].after(step)

        beside = at_loop(site, clock, folder / "services", published.happened, waits=simulated)
        season = prepared(site, job, loop, planner, told=beside.told if beside else None)
        assert isinstance(season.loop, LiveLoop)
        figures = LiveFigures(site, season)
        history = live_history(
            site, season, modes, figures, published.happened, stack, simulated=simulated
        )
        run = LiveRun(
            season, season.loop, modes, planners[0], published, Checkpoints(folder), options,
            figures, live_limits(site), history, refused,
        )  # fmt: skip
        runs.append(run)
        if beside is not None:
            run.attach(live_services(beside, run, figures))
        if resume:
            run.resume()
        for one in modes.values():
            one.connect()
            if one.switch.plant is not None:
                stack.callback(one.switch.plant.close)
        if hasattr(clock, "wait"):
            clock.wait = run.while_waiting
        if beside is not None:
            stack.callback(beside.attached.close)
            beside.attached.open()
        return Opened(run, season, modes, published, stack)
    except BaseException:
        stack.close()
        raise


def _closer(backend: object) -> Callable[[], None]:
    close = getattr(backend, "close", None)
    return close if callable(close) else (lambda: None)
