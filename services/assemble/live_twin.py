"""A twin of a live run: its model and its plant behind their guards, what compares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rami.asset.live import Paced, Refreshable
from rami.core.errors import ConfigurationError, Problem
from rami.core.event import EventKind, Severity
from rami.core.points import PointIndex
from rami.integration.audit import last_latch
from rami.integration.guard import Guard
from rami.integration.limits import limits_of
from rami.integration.mode import Mode
from rami.integration.sealed import sealed
from services.assemble.live import LiveBackend, live_plant

if TYPE_CHECKING:
    from rami.integration.audit import AuditFile
    from services.loop.cosimulation import PlantBackend
    from services.runtime.beside import Happened
    from services.runtime.clock import RunClock
    from services.runtime.companion import Companion
    from services.runtime.plant_side import PlantSide, Rehearsal
    from services.runtime.twin_modes import TwinModes
    from twins.site.site import Site

#: makes a plant, not yet open, for a clock that gives UTC ns
MakePlant = Callable[[Callable[[], int]], LiveBackend]


@dataclass(frozen=True)
class TwinMaker:
    """Makes the twins of one run. `rehearsals` are control ports of emulators by twin, `plants`
    take the place of declared ones; what is to be closed at the end goes to `stack`."""

    site: Site
    fmus: Mapping[str, Path]
    clock: RunClock
    audit: AuditFile
    happened: Happened
    stack: ExitStack
    rehearsals: Mapping[str, int] = field(default_factory=dict)
    plants: Mapping[str, MakePlant] = field(default_factory=dict)

    def twin(self, twin: str, model: PlantBackend) -> TwinModes:
        """In `simulate`, its plant not yet open. Raises as `open_run`."""
        from services.runtime.model_edge import ModelAudit, ModelEdge
        from services.runtime.twin_modes import TwinModes
        from services.runtime.twin_switch import TwinSwitch

        site, clock, declared = self.site, self.clock, self.site.twins[twin]
        edge = ModelEdge(model.inputs, model.outputs, clock)
        limits = limits_of(edge.inputs, model.outputs.points, declared.guard)
        latch = last_latch(self.audit.file, twin)
        stopped = latch.who if latch is not None and latch.outcome == "stopped" else ""
        step_s = site.clock.control_step if declared.kind == "hts" else site.clock.step
        edge_guard = Guard(
            twin, edge, limits.all, ModelAudit(self.audit), clock, settings=declared.guard,
            outputs=edge.outputs, period_s=step_s, mode=Mode.CONTROL, stopped=stopped,
            automatic=False,
        )  # fmt: skip
        plant, beside = None, None
        if twin in self.plants or declared.backends.plant is not None:
            plant = self._plant(twin, model, step_s, stopped)
            beside = self._companion(twin, model, plant)
        elif twin in self.rehearsals:
            raise ConfigurationError(
                [Problem("--rehearse", f"{twin} has no plant", "declare `backends.plant`")]
            )
        safe = np.array([one.safe for one in limits.all])
        switch = TwinSwitch(
            twin, model, edge, edge_guard, clock, self.happened, safe=safe, plant=plant,
            beside=beside,
        )  # fmt: skip
        operators = declared.guard.operators if declared.guard is not None else ()
        return TwinModes(switch, clock, self.happened, declared.live, operators)

    def _companion(self, twin: str, model: PlantBackend, plant: PlantSide) -> Companion:
        from rami.functional.diagnosis import Monitor
        from rami.integration.shadow import Shadow
        from services.assemble.estimation import state_estimator
        from services.runtime.companion import Companion

        site, declared = self.site, self.site.twins[twin]
        seen = plant.watched.outputs
        told = PointIndex([*seen.points, *plant.watched.inputs.points])
        topology = site.topology.twins[twin]
        return Companion(
            twin, model,
            lambda passed: Shadow(twin, model.outputs, seen, declared.fidelity, passed),
            self.clock, self.happened,
            estimator=state_estimator(site, twin, self.fmus, seen),
            monitor=lambda changed: Monitor(topology, told, declared.diagnosis, changed),
        )  # fmt: skip

    def _plant(self, twin: str, model: PlantBackend, step_s: float, stopped: str) -> PlantSide:
        from rami.integration.live_model import LiveModel
        from rami.integration.live_settings import LiveSettings
        from services.runtime.plant_side import PlantPorts, PlantSide
        from services.runtime.rehearsal import EmulatorRehearsal, ModelRehearsal

        clock, declared = self.clock, self.site.twins[twin]
        make = self.plants.get(twin)
        backend = make(clock) if make is not None else live_plant(self.site, twin, clock)
        paced = isinstance(backend, Paced) and clock.kind == "simulated"
        ports = PlantPorts(
            backend.open,
            backend.close,
            backend.advance if paced and isinstance(backend, Paced) else None,
            backend.refresh if isinstance(backend, Refreshable) else None,
        )
        played: Rehearsal | None = None
        if isinstance(backend, LiveModel):
            played = ModelRehearsal(backend)
        elif twin in self.rehearsals:
            played = emulator = EmulatorRehearsal(
                self.rehearsals[twin], clock, self._of_emulator(twin)
            )
            self.stack.callback(emulator.close)
        guard, watched = sealed(
            twin, backend, self.audit, clock, declared.guard, period_s=step_s,
            mode=Mode.SIMULATE, stopped=stopped, tell=self._of_audit(twin),
        )  # fmt: skip
        live = declared.live or LiveSettings()
        return PlantSide(
            twin, guard, watched, ports, model.inputs, model.outputs, clock, live.hold, played
        )

    def _of_emulator(self, twin: str) -> Callable[[str], None]:
        def tell(text: str) -> None:
            self.happened(EventKind.LINK, twin, Severity.WARNING, text)

        return tell

    def _of_audit(self, twin: str) -> Callable[[str], None]:
        """The audit's trouble as a condition; a guard tells when it begins and when it is over."""
        active = False

        def tell(text: str) -> None:
            nonlocal active
            active = not active
            self.happened(
                EventKind.AUDIT, twin, Severity.ALARM if active else Severity.NOTE, text,
                condition="audit", active=active,
            )  # fmt: skip

        return tell
