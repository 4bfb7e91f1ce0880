"""What a plant's actuators do at a position that its model's do not, learned beside the plant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Vector
from rami.core.points import Direction, PointIndex
from rami.core.snapshot import Snapshot, array_bytes
from rami.functional.estimation.linearised import Linearised

Matrix = NDArray[np.float64]
Places = NDArray[np.intp]

#: positions at which a gain is kept; straight lines between
_NODES = np.linspace(0.0, 1.0, 5)
#: standard deviations beforehand: of a gain, of its change along the travel, and how far that
#: reaches
_GAIN, _SHAPE, _REACH = 0.1, 0.08, 0.35
#: what a gain wanders in an hour: wear, stiction
_WANDER = 0.05
#: standard deviation of one telling, in parts of the travel: fixed, and of the position
_TOLD, _TOLD_SHARE = 0.004, 0.03
#: a gain stays within
_LOW, _HIGH = 0.5, 1.6
#: below this a position says nothing, and an actuator that answers within a step less than this
_OPEN, _ANSWERS = 0.02, 0.2
#: after a start the filter corrects the start, s
_SETTLING = 180.0
_KIND, _VERSION = "characteristics", 1


class Characteristics:
    """`gains` by actuator and position: the plant's does at u what the model's does at gain x u.

    Of actuators that one state of the model follows, its lag. A filter that has to correct such a
    state over and over tells the gain: the second of two stages (B. Friedland, IEEE Trans.
    Automatic Control 14 (1969) 359), a Kalman filter for each actuator by itself, whose gains at
    neighbouring positions belong together. A closed actuator stays closed.
    """

    def __init__(self, inputs: PointIndex, lags: dict[int, int]) -> None:
        """`lags` are places of states by those of inputs, see `lags_of`."""
        points = [inputs.points[i] for i in lags]
        self._at = np.array(list(lags), np.intp)
        self._states = np.array(list(lags.values()), np.intp)
        self._low, self._high = (np.array([getattr(p, b) for p in points]) for b in ("low", "high"))
        self.names = tuple(p.name for p in points)
        apart = np.abs(_NODES[:, None] - _NODES)
        before = _GAIN**2 + _SHAPE**2 * np.exp(-apart / _REACH)
        self._walk = before * (_WANDER**2 / before[0, 0] / 3600.0)
        self.gains = np.ones((len(points), len(_NODES)))
        self._covariance = np.repeat(before[None], len(points), axis=0)
        self._since_s = 0.0
        self._learned = False

    def start(self) -> None:
        """The filter begins anew; what was learned is kept."""
        self._since_s = 0.0

    def inputs(self, held: Vector) -> Vector:
        """What the model must be told to do what the plant does at `held`."""
        if not self._learned:
            return held
        told, own = np.array(held), held[self._at]
        gain = (_weights(own) * self.gains).sum(axis=1)
        told[self._at] = np.clip(own * gain, self._low, self._high)
        return told

    def learn(self, held: Vector, change: Vector, rates: Vector, seconds: float) -> None:
        """A step under `held` is over, in which the filter corrected the states by `change`;
        `rates` are the diagonal of the model's Jacobian matrix, per second."""
        self._since_s += seconds
        if self._since_s < _SETTLING:
            return
        self._learned = True
        own = held[self._at]
        answered = 1.0 - np.exp(-np.abs(rates[self._states]) * seconds)
        rows = _weights(own) * own[:, None]
        rows[(own < _OPEN) | (own > 1.0) | (answered < _ANSWERS)] = 0.0
        covariance = self._covariance + self._walk * seconds
        across = np.einsum("nij,nj->ni", covariance, rows)
        spread = np.einsum("ni,ni->n", rows, across) + (_TOLD + _TOLD_SHARE * np.abs(own)) ** 2
        share = across / spread[:, None]
        missing = change[self._states] / np.maximum(answered, _ANSWERS)
        self.gains = np.clip(self.gains + share * missing[:, None], _LOW, _HIGH)
        self._covariance = covariance - share[:, :, None] * across[:, None, :]

    def at(self, held: Vector) -> dict[str, float]:
        """The gain of each actuator at the positions `held`."""
        gain = (_weights(held[self._at]) * self.gains).sum(axis=1)
        return dict(zip(self.names, gain.tolist(), strict=True))

    def save(self) -> bytes:
        """The whole state."""
        plain = {"since_s": self._since_s, "learned": self._learned}
        parts = {"gains": array_bytes(self.gains), "covariance": array_bytes(self._covariance)}
        return Snapshot(_KIND, _VERSION, plain, parts).to_bytes()

    def restore(self, state: bytes) -> None:
        """Go back; DataError."""
        saved = Snapshot.from_bytes(state, _KIND, _VERSION)
        self.gains, self._covariance = saved.array("gains"), saved.array("covariance")
        self._since_s = float(saved.plain["since_s"])
        self._learned = bool(saved.plain["learned"])


def lags_of(linearised: Linearised, inputs: PointIndex) -> dict[int, int]:
    """Place of the state that follows each actuated input, by place of the input.

    Half open, as an actuator at its stop moves nothing. Inputs that move no share of the states
    or several are left out, and those that share one.
    """
    half = linearised.inputs.starts()
    for i, point in enumerate(linearised.inputs.points):
        if point.direction is Direction.ACTUATED:
            half[i] = 0.5 * (point.low + min(point.high, 1.0))
    shares = np.array([p.quantity == "share" for p in linearised.state_points.points])
    moved = (linearised(half, linearised.state_points.starts()).b != 0.0) & shares[:, None]
    alone = moved & (moved.sum(axis=0) == 1) & (moved.sum(axis=1) == 1)[:, None]
    found = {}
    for state, column in np.argwhere(alone).tolist():
        point = linearised.inputs.points[column]
        if point.direction is Direction.ACTUATED:
            found[inputs[point.name]] = state
    return dict(sorted(found.items()))


def _weights(own: Vector) -> Matrix:
    """Of each node at each position, shape (actuators, nodes)."""
    return np.asarray(np.maximum(0.0, 1.0 - np.abs(own[:, None] - _NODES) / _NODES[1]))
