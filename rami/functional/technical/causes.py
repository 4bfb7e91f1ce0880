"""Why a loop cannot do what it is asked: seconds per cause and loop."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rami.functional.technical.feedforward import Feedforward

Vector = NDArray[np.float64]

_SATURATED, _COLD_K = 1e-3, 0.5


class Cause(IntEnum):
    """Row of `StationController.limited_s`."""

    FULLY_OPEN = 0
    AT_MINIMUM = 1
    SOURCE_TOO_COLD = 2
    SPREAD_TOO_SMALL = 3


TEXT = {
    Cause.FULLY_OPEN: "fully open",
    Cause.AT_MINIMUM: "at its smallest opening",
    Cause.SOURCE_TOO_COLD: "arriving water too cold for the wanted temperature",
    Cause.SPREAD_TOO_SMALL: "temperature difference too small to carry the heat",
}


class LimitCount:
    """Counts seconds in which loops that are on stand at a limit."""

    def __init__(self, feedforward: Feedforward, period_s: float) -> None:
        self._feedforward, self._period_s = feedforward, period_s
        count = len(feedforward.loops)
        self.limited_s = np.zeros((len(Cause), count))
        # a limit is met where the first table reaches the second, row by row of Cause
        self._reaching, self._limit = np.empty((2, len(Cause), count))
        self._limit[Cause.FULLY_OPEN] = 1.0 - _SATURATED
        self._limit[Cause.SOURCE_TOO_COLD] = _COLD_K
        self._reaching[Cause.SPREAD_TOO_SMALL] = feedforward.floor
        self._spent, self._seconds = np.empty((len(Cause), count)), np.empty(count)

    def count(self, opening: Vector, low: Vector, on: Vector) -> None:
        """Add one period."""
        ff, reaching, limit = self._feedforward, self._reaching, self._limit
        reaching[Cause.FULLY_OPEN], limit[Cause.AT_MINIMUM] = opening, opening
        reaching[Cause.AT_MINIMUM], limit[Cause.SPREAD_TOO_SMALL] = low, ff.difference
        np.subtract(ff.wanted, ff.set_point, out=reaching[Cause.SOURCE_TOO_COLD])
        seconds = np.multiply(on, self._period_s, out=self._seconds)
        self.limited_s += np.multiply(reaching >= limit, seconds, out=self._spent)

    def save(self) -> bytes:
        """The whole state."""
        return self.limited_s.tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        self.limited_s[:] = np.frombuffer(state).reshape(self.limited_s.shape)
