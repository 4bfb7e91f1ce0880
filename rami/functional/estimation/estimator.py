"""The state of a plant's model from measurements: an extended Kalman filter.

Prediction by the model itself, stepped with the inputs that the plant has; covariance by its
exact linearisation (B. D. O. Anderson, J. B. Moore, Optimal Filtering, 1979, chapter 8). States
are measured in units of their declared fidelity.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Vector
from rami.asset.live import Observation
from rami.core.errors import DataError, ModelError
from rami.core.points import PointIndex
from rami.core.snapshot import Snapshot, array_bytes
from rami.functional.estimation.characteristics import Characteristics, lags_of
from rami.functional.estimation.compared import Compared
from rami.functional.estimation.estimate import Estimate, chi2_high
from rami.functional.estimation.initial import first_guess
from rami.functional.estimation.kalman import predicted, robust, updated
from rami.functional.estimation.linearised import EstimatedModel, Linearised
from rami.functional.estimation.mismatch import WORST_KNOWN, Known, Mismatch, judge
from rami.functional.estimation.noise import intensities, state_scale
from rami.functional.estimation.transition import discretise
from rami.functional.estimation.window import Step, Window
from rami.integration.fidelity_settings import Fidelity

Matrix = NDArray[np.float64]
#: inputs held over a step, what was observed at its end, its length in seconds
Recorded = tuple[Vector, Observation, float]

#: repetitions of the first update, whose linearisation is far off
_FIRST_PASSES = 4
#: part of a variance that measurements must have taken away for a state to count as observed
_OBSERVED = 0.5
_KIND, _VERSION = "state estimate", 2


class StateEstimator:
    """Follows a plant with a model of its own.

    `measured` names the values of the observations; those that the model tells as well, registers
    left out, are `compared`. Values that are Bad, not finite or older than `stale_s` (none: a
    backend marks by itself what is too old) are left out; Uncertain ones, and those far from what
    was expected, count less. `characteristics` say what the plant's actuators were found to do; the
    model is stepped with them. Deterministic.
    """

    def __init__(
        self,
        model: EstimatedModel,
        linearised: Linearised,
        measured: PointIndex,
        settings: Fidelity | None = None,
        twin: str = "twin",
        stale_s: float | None = None,
    ) -> None:
        """ModelError when the model and its linearisation differ in states, inputs or outputs."""
        settings = settings or Fidelity()
        self.twin, self.settings = twin, settings
        self.state_points = model.state_points
        self._compared = Compared(model.outputs, measured, settings, stale_s)
        self.compared = self._compared.points
        self._told = self._compared.told
        _must_agree(twin, model, linearised, self.compared)
        self._model, self._linearised = model, linearised
        self._rows = linearised.outputs.places(self.compared.names)
        self._columns = model.inputs.places(linearised.inputs.names)
        points = self.state_points.points
        self._scale = state_scale(points, settings)
        self._low = np.array([p.low for p in points])
        self._high = np.array([p.high for p in points])
        self._window = Window(settings.window, len(self.compared))
        n = len(points)
        self._x, self._alone = self.state_points.starts(), self.state_points.starts()
        self._covariance, self._unseen = np.zeros((n, n)), np.zeros((n, n))
        self.characteristics = Characteristics(model.inputs, lags_of(linearised, model.inputs))
        self._held = self._u = model.inputs.starts()
        self._alone_s = 0.0
        self.started = False

    def start(
        self, observation: Observation, inputs: Vector, history: Iterable[Recorded] = ()
    ) -> Estimate:
        """Begin from what is observed now, or from a recorded `history` and run through it.

        With a history `observation` and `inputs` are those before its first step; the estimate is
        that of its end. Raises ModelError.
        """
        self._window.clear()
        self._hold(inputs)
        values, factor = self._compared.usable(observation, None)
        told = self._compared.states_told(values, self.state_points, self._scale)
        guess = first_guess(self._model, self._u, told, self._scale)
        self._x = guess.state
        self._covariance = guess.covariance
        self._unseen = self._covariance.copy()
        estimate = self._first(values, factor)
        self._alone, self._alone_s = self._x.copy(), 0.0
        self.characteristics.start()
        self.started = True
        for held, seen, seconds in history:
            estimate = self.update(held, seen, seconds)
        return estimate

    def update(
        self, inputs: Vector, observation: Observation, seconds: float, now_ns: int | None = None
    ) -> Estimate:
        """The estimate after `seconds` under `inputs`, at whose end `observation` was made.

        `inputs` are those of the model, as the plant has them (actuators read back, what acts on
        it as measured); one that is not finite keeps its last value. Values older than `stale_s`
        before `now_ns` (none: the latest of the values) are left out. Raises ModelError when the
        model cannot step, DataError before `start`.
        """
        if not self.started:
            raise DataError(f"{self.twin}: the estimate was not started")
        self._hold(inputs)
        values, factor = self._compared.usable(observation, now_ns)
        alone = self._step_alone(seconds)
        self._model.set_state(self._x)
        before = self._model.step(self._u, seconds)[self._told].copy()
        state = self._model.state()
        a, c, d = self._matrices(state)
        self._propagate(a, seconds)
        estimate = self._take_in(state, before, (c, d), values, factor)
        self.characteristics.learn(self._held, self._x - state, np.diagonal(a), seconds)
        self._window.add(
            Step(
                seconds,
                values,
                estimate.mismatch,
                values - alone,
                estimate.nis,
                estimate.count,
                not estimate.consistent,
            )
        )
        return estimate

    def state(self) -> Vector:
        """The estimate, in the order of `state_points`; a copy."""
        return self._x.copy()

    def std(self) -> Vector:
        """Its standard deviation."""
        return np.asarray(self._scale * np.sqrt(np.diagonal(self._covariance)))

    def unobserved(self) -> tuple[str, ...]:
        """States that are known worse than declared, and that measurements have not told since
        the start: their variance is that of a model stepped without any."""
        known, alone = np.diagonal(self._covariance), np.diagonal(self._unseen)
        places = np.flatnonzero((known > WORST_KNOWN**2) & (known > (1.0 - _OBSERVED) * alone))
        return tuple(self.state_points.names[i] for i in places)

    def mismatch(self) -> Mismatch:
        """The verdict over the last window."""
        known = Known(
            self.state_points.points, self.std(), self._scale, frozenset(self.unobserved())
        )
        return judge(self.twin, self.compared.points, self._compared.fidelity, self._window, known)

    def save(self) -> bytes:
        """The whole state; restored, the same measurements give the same estimates."""
        parts = {
            "state": self._x,
            "alone": self._alone,
            "inputs": self._held,
            "covariance": self._covariance,
            "unseen": self._unseen,
            "window": self._window.table(),
        }
        plain = {
            "states": self.state_points.names,
            "compared": self.compared.names,
            "started": self.started,
            "alone_s": self._alone_s,
        }
        arrays = {"characteristics": self.characteristics.save()}
        arrays |= {name: array_bytes(part) for name, part in parts.items()}
        return Snapshot(_KIND, _VERSION, plain, arrays).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state; DataError when it is damaged or of another model."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        own = (list(self.state_points.names), list(self.compared.names))
        if (saved.plain["states"], saved.plain["compared"]) != own:
            raise DataError(f"{self.twin}: the saved estimate has other states or points")
        self._x, self._alone = saved.array("state"), saved.array("alone")
        self._alone_s = float(saved.plain["alone_s"])
        self.characteristics.restore(saved.parts["characteristics"])
        self._hold(saved.array("inputs"))
        self._covariance, self._unseen = saved.array("covariance"), saved.array("unseen")
        self._window.fill(saved.array("window"))
        self.started = bool(saved.plain["started"])

    def _hold(self, inputs: Vector) -> None:
        self._held = np.where(np.isfinite(inputs), inputs, self._held)
        self._u = self.characteristics.inputs(self._held)

    def _outputs(self, state: Vector) -> Vector:
        self._model.set_state(state)
        self._model.write(self._u)
        return np.array(self._model.read()[self._told])

    def _matrices(self, state: Vector) -> tuple[Matrix, Matrix, Matrix]:
        """Of states in units of fidelity: a; of the compared points: c and d as they are."""
        found = self._linearised(self._u[self._columns], state)
        a = found.a * self._scale / self._scale[:, None]
        return a, found.c[self._rows], found.d[self._rows]

    def _first(self, values: Vector, factor: Vector) -> Estimate:
        """Several passes of one update, each linearised where the last one led
        (Gauss-Newton)."""
        guess, prior = self._x, self._covariance
        used = np.isfinite(values)
        state = guess
        for _ in range(_FIRST_PASSES):
            _, c, d = self._matrices(state)
            residual = (values - self._outputs(state) - c @ (guess - state))[used]
            variance = self._compared.variance(c, d, values, factor)[used]
            update = updated(prior, c[used] * self._scale, residual, variance)
            state = np.clip(guess + update.change * self._scale, self._low, self._high)
        self._x, self._covariance = state, update.covariance
        return self._estimate(values, used, update.innovations, update.nis)

    def _propagate(self, a: Matrix, seconds: float) -> None:
        transition, noise = discretise(a, intensities(a), seconds)
        self._covariance = predicted(self._covariance, transition, noise)
        self._unseen = predicted(self._unseen, transition, noise)

    def _take_in(
        self,
        state: Vector,
        before: Vector,
        matrices: tuple[Matrix, Matrix],
        values: Vector,
        factor: Vector,
    ) -> Estimate:
        c, d = matrices
        used = np.isfinite(values)
        variance = self._compared.variance(c, d, values, factor)[used]
        h = c[used] * self._scale
        update = robust(self._covariance, h, (values - before)[used], variance)
        self._x = np.clip(state + update.change * self._scale, self._low, self._high)
        self._covariance = update.covariance
        return self._estimate(values, used, update.innovations, update.nis)

    def _estimate(self, values: Vector, used: Vector, seen: Vector, nis: float) -> Estimate:
        innovations = np.full(len(values), np.nan)
        innovations[used] = seen
        count = int(used.sum())
        return Estimate(
            self._x.copy(),
            self.std(),
            innovations,
            values - self._outputs(self._x),
            nis,
            count,
            chi2_high(count),
        )

    def _step_alone(self, seconds: float) -> Vector:
        """Outputs of the model that was left alone, from the estimate anew every window."""
        if self._alone_s >= self.settings.window:
            self._alone, self._alone_s = self._x.copy(), 0.0
        self._model.set_state(self._alone)
        outputs = self._model.step(self._u, seconds)[self._told].copy()
        self._alone, self._alone_s = self._model.state(), self._alone_s + seconds
        return np.asarray(outputs)


def _must_agree(
    twin: str, model: EstimatedModel, linearised: Linearised, compared: PointIndex
) -> None:
    if model.state_points.names != linearised.state_points.names:
        raise ModelError(f"{twin}: the model and its linearisation have other states")
    for kind, wanted, own in (
        ("input", linearised.inputs, model.inputs),
        ("output", compared, linearised.outputs),
    ):
        missing = [name for name in wanted.names if name not in own]
        if missing:
            raise ModelError(
                f"{twin}: the model and its linearisation differ in {kind} {', '.join(missing)}"
            )
