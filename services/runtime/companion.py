"""The model beside a plant: how far apart they are, the plant's state, and its slow faults."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rami.asset.capability import Stateful, Vector
from rami.core.errors import ModelError
from rami.core.event import EventKind, Severity
from rami.core.snapshot import Snapshot
from rami.core.timegrid import NS, iso
from rami.functional.diagnosis import Diagnosis, Monitor
from rami.functional.estimation import StateEstimator
from rami.integration.gates import Verdict
from rami.integration.shadow import Passed, Shadow
from services.loop.cosimulation import PlantBackend
from services.runtime.beside import Happened
from services.runtime.plant_side import PlantSide

_KIND, _VERSION = "companion", 1
#: an estimate that failed is begun anew after this time
_RETRY_NS = 60 * NS


class Companion:
    """Implements `Beside`: a shadow's residuals, an estimator's state where the model tells its
    own, a monitor's diagnoses.

    At the begin and the end of every window the model is brought to the estimate: it does not
    drift away with what it integrates, and is not blamed for what a plant did that nobody drove.
    Without an estimator it goes its own way.
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
        #: where the model was set anew, and why the state cannot be estimated since when
        self._since_ns, self._fresh = clock(), True
        self._trouble, self._trouble_ns = "", 0

    @property
    def verdict(self) -> Verdict:
        """Of the last whole window."""
        return self.shadow.verdict

    def step(self, inputs: Vector, plant: PlantSide, told: Vector, seconds: float) -> None:
        """One step of both."""
        now, seen = self._clock(), plant.seen
        windows, fresh = self.shadow.verdict.at_ns, self._fresh
        self.shadow.compare(told, seen, now, seconds, unknown=plant.unknown)
        if self.monitor is not None:
            values = np.concatenate([seen.values, plant.read_back.values])
            marks = np.concatenate([seen.quality, plant.read_back.quality])
            self.monitor.update(now, values, marks)
        if self.estimator is None or not self._estimate(self.estimator, inputs, plant, seconds):
            return
        if fresh or self.shadow.verdict.at_ns != windows:
            self.settle(self._model)

    def _estimate(
        self, estimator: StateEstimator, inputs: Vector, plant: PlantSide, seconds: float
    ) -> bool:
        """Whether there is an estimate; begun anew some time after it failed."""
        now = self._clock()
        if self._trouble and now - self._trouble_ns < _RETRY_NS:
            return False
        try:
            if self._fresh:
                estimator.start(plant.seen, inputs)
                self._fresh = False
            else:
                estimator.update(inputs, plant.seen, seconds, now)
        except ModelError as error:
            if not self._trouble:
                self._say(f"the plant's state cannot be estimated: {error}", failed=True)
            self._trouble, self._trouble_ns, self._fresh = str(error), now, True
            return False
        if self._trouble:
            self._trouble = ""
            self._say("the plant's state is estimated again", failed=False)
        return True

    def _say(self, text: str, *, failed: bool) -> None:
        severity = Severity.WARNING if failed else Severity.NOTE
        self._happened(
            EventKind.MODEL, self._twin, severity, text, condition="estimate", active=failed
        )

    def restart(self) -> None:
        """The model was set anew, or the plant was away."""
        self.shadow.restart()
        self._since_ns, self._fresh = self._clock(), True

    def against_model(self) -> tuple[str, ...]:
        """Why the model may not stand for the plant now: its state where that is estimated, else
        what the last window says, which must have been all beside the plant."""
        if self.estimator is None:
            if self.shadow.verdict.at_ns <= self._since_ns:
                return ("it was not compared with the plant for a whole window yet",)
            return self.shadow.verdict.reasons
        if self._trouble:
            return (f"the plant's state cannot be estimated: {self._trouble}",)
        if not self.estimator.started or self._fresh:
            return ("the plant's state is not estimated yet",)
        return self.estimator.mismatch().reasons

    def settle(self, model: PlantBackend) -> None:
        """Set the model to the plant's estimated state; ModelError."""
        if self.estimator is not None and not self._fresh and isinstance(model, Stateful):
            model.set_state(self.estimator.state())

    def inputs(self, held: Vector) -> Vector:
        """What a model that stands for the plant must be told to do what it does at `held`."""
        return held if self.estimator is None else self.estimator.characteristics.inputs(held)

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
        plain = {
            "since_ns": self._since_ns,
            "fresh": self._fresh,
            "trouble": self._trouble,
            "trouble_ns": self._trouble_ns,
        }
        return Snapshot(_KIND, _VERSION, plain, parts).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back; DataError."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        self.shadow.restore(saved.parts["shadow"])
        if self.estimator is not None and "estimator" in saved.parts:
            self.estimator.restore(saved.parts["estimator"])
        if self.monitor is not None and "monitor" in saved.parts:
            self.monitor.restore(saved.parts["monitor"])
        plain = saved.plain
        self._since_ns, self._fresh = plain["since_ns"], plain["fresh"]
        self._trouble, self._trouble_ns = plain["trouble"], plain["trouble_ns"]

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
