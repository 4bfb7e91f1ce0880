"""A site put together to run live: switches with guards, plants and models, loop, plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.asset.live import Paced, Refreshable
from rami.core.errors import ConfigurationError, Problem
from rami.core.event import EventKind, Severity
from rami.core.points import PointIndex
from rami.core.timegrid import NS, instant
from rami.integration.audit import AuditFile, last_latch
from rami.integration.guard import Guard
from rami.integration.limits import limits_of
from rami.integration.mode import Mode
from rami.integration.sealed import sealed
from services.assemble.live import LiveBackend, live_plant
from services.assemble.plant import open_backends, strategy

if TYPE_CHECKING:
    from rami.core.audit import Audit
    from rami.core.frame import Frame
    from rami.functional.technical import BaseAutomation, StationController
    from services.control.published import Published
    from services.loop.closed_loop import LoopSteps
    from services.loop.cosimulation import PlantBackend
    from services.planning.planner import Planner
    from services.runtime.beside import Happened
    from services.runtime.clock import RunClock
    from services.runtime.companion import Companion
    from services.runtime.live_run import LiveOptions, LiveRun
    from services.runtime.plant_side import PlantSide, Rehearsal
    from services.runtime.twin_modes import TwinModes
    from services.study.job import Job
    from services.study.season_run import SeasonRun
    from twins.site.site import Site
    from twins.twin import CostBasis

#: makes a plant, not yet open, for a clock that gives UTC ns
MakePlant = Callable[[Callable[[], int]], LiveBackend]

AUDIT_FILE = "audit.jsonl"


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


def run_clock(site: Site, kind: str, speed: float) -> RunClock:
    """The clock of a run, at its start."""
    from services.runtime.clock import PacedClock, SimulatedClock

    if kind == "simulated":
        return SimulatedClock(instant(site.clock.start))
    if kind == "scaled":
        return PacedClock(instant(site.clock.start), speed)
    import time

    # whole steps of the exchange, so that plans stand on the minute
    step_ns = round(site.clock.step * NS)
    return PacedClock(time.time_ns() // step_ns * step_ns, real=True)


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
    from services.runtime.live_loop import LiveLoop
    from services.runtime.live_run import LiveRun
    from services.runtime.shown import shown_points
    from services.study.job import prepared

    stack = ExitStack()
    try:
        audit = stack.enter_context(AuditFile(folder / AUDIT_FILE, clock))
        journal = EventJournal(folder / EVENTS_FILE)
        stack.callback(journal.close)
        modes: dict[str, TwinModes] = {}
        events = _Events()

        backends = open_backends(site, job.fmus)
        for twin, backend in backends.items():
            stack.callback(_closer(backend))
            modes[twin] = _twin(
                site,
                twin,
                backend,
                clock,
                audit,
                events,
                rehearsals or {},
                plants or {},
                stack,
                job.fmus,
            )
        switches = {twin: one.switch for twin, one in modes.items()}
        points = {twin: shown_points(switch) for twin, switch in switches.items()}
        published = Published(site.name, points, clock, journal)
        events.into = published.happened
        planners: list[Planner] = []

        def planner(basis: CostBasis) -> Planner:
            planners.append(_planner(site, job, basis, simulated=clock.kind == "simulated"))
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

        season = prepared(site, job, loop, planner)
        assert isinstance(season.loop, LiveLoop)
        run = LiveRun(
            season, season.loop, modes, planners[0], published, Checkpoints(folder), options
        )
        runs.append(run)
        if resume:
            run.resume()
        for one in modes.values():
            one.connect()
            if one.switch.plant is not None:
                stack.callback(one.switch.plant.close)
        if hasattr(clock, "wait"):
            clock.wait = run.while_waiting
        return Opened(run, season, modes, published, stack)
    except BaseException:
        stack.close()
        raise


def _twin(
    site: Site,
    twin: str,
    model: PlantBackend,
    clock: RunClock,
    audit: Audit,
    happened: Happened,
    rehearsals: Mapping[str, int],
    plants: Mapping[str, MakePlant],
    stack: ExitStack,
    fmus: Mapping[str, Path],
) -> TwinModes:
    from services.runtime.model_edge import ModelAudit, ModelEdge
    from services.runtime.twin_modes import TwinModes
    from services.runtime.twin_switch import TwinSwitch

    declared = site.twins[twin]
    edge = ModelEdge(model.inputs, model.outputs, clock)
    limits = limits_of(edge.inputs, model.outputs.points, declared.guard)
    file = getattr(audit, "file", None)
    latch = last_latch(file, twin) if file is not None else None
    stopped = latch.who if latch is not None and latch.outcome == "stopped" else ""
    step_s = site.clock.control_step if declared.kind == "hts" else site.clock.step
    edge_guard = Guard(
        twin, edge, limits.all, ModelAudit(audit), clock, settings=declared.guard,
        outputs=edge.outputs, period_s=step_s, mode=Mode.CONTROL, stopped=stopped,
    )  # fmt: skip
    plant, beside = None, None
    if twin in plants or declared.backends.plant is not None:
        made = plants[twin](clock) if twin in plants else live_plant(site, twin, clock)
        plant = _plant(
            site, twin, model, made, clock, audit, rehearsals.get(twin), step_s, stopped, stack
        )
        beside = _companion(site, twin, model, plant, fmus, clock, happened)
    elif twin in rehearsals:
        raise ConfigurationError(
            [Problem("--rehearse", f"{twin} has no plant", "declare `backends.plant`")]
        )
    safe = np.array([one.safe for one in limits.all])
    switch = TwinSwitch(
        twin, model, edge, edge_guard, clock, happened, safe=safe, plant=plant, beside=beside
    )
    operators = declared.guard.operators if declared.guard is not None else ()
    return TwinModes(switch, clock, happened, declared.live, operators)


def _companion(
    site: Site,
    twin: str,
    model: PlantBackend,
    plant: PlantSide,
    fmus: Mapping[str, Path],
    clock: RunClock,
    happened: Happened,
) -> Companion:
    from rami.functional.diagnosis import Monitor
    from rami.integration.shadow import Shadow
    from services.assemble.estimation import state_estimator
    from services.runtime.companion import Companion

    seen, fidelity = plant.watched.outputs, site.twins[twin].fidelity
    told = PointIndex([*seen.points, *plant.watched.inputs.points])
    topology = site.topology.twins[twin]
    return Companion(
        twin, model,
        lambda passed: Shadow(twin, model.outputs, seen, fidelity, passed),
        clock, happened,
        estimator=state_estimator(site, twin, fmus, seen),
        monitor=lambda changed: Monitor(topology, told, site.twins[twin].diagnosis, changed),
    )  # fmt: skip


def _plant(
    site: Site,
    twin: str,
    model: PlantBackend,
    backend: LiveBackend,
    clock: RunClock,
    audit: Audit,
    rehearsal: int | None,
    step_s: float,
    stopped: str,
    stack: ExitStack,
) -> PlantSide:
    from rami.integration.live_model import LiveModel
    from rami.integration.live_settings import LiveSettings
    from services.runtime.plant_side import PlantPorts, PlantSide
    from services.runtime.rehearsal import EmulatorRehearsal, ModelRehearsal

    ports = PlantPorts(
        backend.open,
        backend.close,
        backend.advance if isinstance(backend, Paced) and clock.kind == "simulated" else None,
        backend.refresh if isinstance(backend, Refreshable) else None,
    )
    played: Rehearsal | None = None
    if isinstance(backend, LiveModel):
        played = ModelRehearsal(backend)
    elif rehearsal is not None:
        played = emulator = EmulatorRehearsal(rehearsal)
        stack.callback(emulator.close)
    declared = site.twins[twin]
    guard, watched = sealed(
        twin, backend, audit, clock, declared.guard, period_s=step_s, mode=Mode.SIMULATE,
        stopped=stopped,
    )  # fmt: skip
    live = declared.live or LiveSettings()
    return PlantSide(
        twin, guard, watched, ports, model.inputs, model.outputs, clock, live.hold, played
    )


def _planner(site: Site, job: Job, basis: CostBasis, *, simulated: bool) -> Planner:
    from services.planning.planner import InProcessPlanner
    from services.planning.process import ProcessPlanner
    from services.planning.worker import Planning

    if simulated:
        return InProcessPlanner(strategy(site, cost_basis=basis))
    steps = round(site.strategy.horizon / site.strategy.step)
    return ProcessPlanner(Planning(site.file, steps, {"cost_basis": basis}))


def _closer(backend: object) -> Callable[[], None]:
    close = getattr(backend, "close", None)
    return close if callable(close) else (lambda: None)
