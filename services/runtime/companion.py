"""The model beside a plant: how far apart they are, the plant's state, and its slow faults."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rami.asset.capability import Stateful, Vector
from rami.core.errors import ModelError
from rami.core.event import EventKind, Severity
from rami.core.snapshot import Snapshot
from rami.core.timegrid import iso
from rami.functional.diagnosis import Diagnosis, Monitor
from rami.functional.estimation import StateEstimator
from rami.integration.gates import Verdict
from rami.integration.shadow import Passed, Shadow
from services.loop.cosimulation import PlantBackend
from services.runtime.beside import Happened
from services.runtime.plant_side import PlantSide

_KIND, _VERSION = "companion", 1


class Companion:
    """Implements `Beside`: a shadow's residuals, an estimator's state where the model tells its
    own, a monitor's diagnoses.

    At the end of every window the model is brought to the estimate, so that it does not drift
    away with what it integrates; without an estimator it goes its own way.
    """

    def __init__(
        self,
        twin: str,
        model: PlantBackend,
        shadow: Callable[[Callable[[Passed], None]], Shadow],
        clock: Callable[[], int],
        happened: Happened,
        *,
        estimator: StateEstimator | None = None,
        monitor: Callable[[Callable[[Diagnosis, bool, int], None]], Monitor] | None = None,
    ) -> None:
        self._twin, self._model, self._clock, self._happened = twin, model, clock, happened
        self.shadow = shadow(self._passed)
        self.estimator = estimator
        self.monitor = None if monitor is None else monitor(self._diagnosed)
        self._fresh, self._trouble = True, ""

    @property
    def verdict(self) -> Verdict:
        """Of the last whole window."""
        return self.shadow.verdict

    def step(self, inputs: Vector, plant: PlantSide, told: Vector, seconds: float) -> None:
        """One step of both."""
        now, seen = self._clock(), plant.seen
        windows = self.shadow.verdict.at_ns
        self.shadow.compare(told, seen, now, seconds, unknown=plant.unknown)
        if self.monitor is not None:
            values = np.concatenate([seen.values, plant.read_back.values])
            marks = np.concatenate([seen.quality, plant.read_back.quality])
            self.monitor.update(now, values, marks)
        if self.estimator is not None and not self._trouble:
            self._estimate(self.estimator, inputs, plant, seconds)
            if self.shadow.verdict.at_ns != windows and isinstance(self._model, Stateful):
                self._model.set_state(self.estimator.state())

    def _estimate(
        self, estimator: StateEstimator, inputs: Vector, plant: PlantSide, seconds: float
    ) -> None:
        try:
            if self._fresh:
                estimator.start(plant.seen, inputs)
                self._fresh = False
            else:
                estimator.update(inputs, plant.seen, seconds, self._clock())
        except ModelError as error:
            self._trouble = f"its state cannot be estimated: {error}"
            self._happened(EventKind.MODEL, self._twin, Severity.WARNING, self._trouble)

    def restart(self) -> None:
        """The model was set anew, or the plant was away."""
        self.shadow.restart()
        self._fresh, self._trouble = True, ""

    def against_model(self) -> tuple[str, ...]:
        """Why the model may not stand for the plant now."""
        if self._trouble:
            return (self._trouble,)
        if self.estimator is None:
            return self.shadow.verdict.reasons
        if not self.estimator.started or self._fresh:
            return ("the plant's state is not estimated yet",)
        return self.estimator.mismatch().reasons

    def settle(self, model: PlantBackend) -> None:
        """Set the model to the plant's estimated state; ModelError."""
        if self.estimator is not None and not self._fresh and isinstance(model, Stateful):
            model.set_state(self.estimator.state())

    def residuals(self) -> dict[str, float]:
        """Plant less model in the last step, where both are known."""
        return self.shadow.residuals()

    def found(self) -> tuple[str, ...]:
        """Faults named now."""
        return tuple(map(str, self.monitor.diagnoses.values())) if self.monitor else ()

    def save(self) -> bytes:
        """The whole state."""
        parts = {"shadow": self.shadow.save()}
        if self.estimator is not None:
            parts["estimator"] = self.estimator.save()
        if self.monitor is not None:
            parts["monitor"] = self.monitor.save()
        plain = {"fresh": self._fresh, "trouble": self._trouble}
        return Snapshot(_KIND, _VERSION, plain, parts).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back; DataError."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        self.shadow.restore(saved.parts["shadow"])
        if self.estimator is not None and "estimator" in saved.parts:
            self.estimator.restore(saved.parts["estimator"])
        if self.monitor is not None and "monitor" in saved.parts:
            self.monitor.restore(saved.parts["monitor"])
        self._fresh, self._trouble = saved.plain["fresh"], saved.plain["trouble"]

    def _passed(self, passed: Passed) -> None:
        self._happened(
            EventKind.RESIDUAL, f"{self._twin}.{passed.point.name}",
            Severity.WARNING if passed.out else Severity.NOTE, str(passed),
            condition="fidelity", active=passed.out, rms=passed.rms, allowed=passed.allowed,
        )  # fmt: skip

    def _diagnosed(self, found: Diagnosis, active: bool, ns: int) -> None:
        text = f"{found}, since {iso(found.since_ns)}" if active else f"{found.component}: over"
        self._happened(
            EventKind.DIAGNOSIS, f"{self._twin}.{found.component}",
            Severity.ALARM if active else Severity.NOTE, text,
            condition=found.condition, active=active, size=found.size, unit=found.unit,
            confidence=found.confidence,
        )  # fmt: skip
