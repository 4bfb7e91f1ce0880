"""When something has changed: two-sided cumulative sums of standardised residuals.

Page (Biometrika 41, 1954); the mean time to a false alarm by Siegmund's approximation
(Sequential Analysis, 1985): (exp(2 k b) - 2 k b - 1) / (2 k^2), b = h + 1.166, one side.
"""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: what a block may add at most, in standard deviations
_MOST = 5.0


def threshold(blocks_to_false_alarm: float, slack: float) -> float:
    """Height at which a two-sided sum over independent normal blocks alarms that seldom."""
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        x = 2.0 * slack * (middle + 1.166)
        length = (exp(x) - x - 1.0) / (2.0 * slack**2) / 2.0
        low, high = (middle, high) if length < blocks_to_false_alarm else (low, middle)
    return high


class Sums:
    """Sums of all relations; `since` counts the blocks since each was last at rest."""

    def __init__(self, count: int, slack: float) -> None:
        self.slack = slack
        self.up, self.down = np.zeros(count), np.zeros(count)
        self.up_since, self.down_since = np.zeros(count), np.zeros(count)

    def add(self, z: Values) -> None:
        """A block's standardised residuals; NaN: not judged, nothing changes but time."""
        known = np.isfinite(z)
        step = np.where(known, np.clip(z, -_MOST, _MOST), 0.0)
        for sums, since, sign in (
            (self.up, self.up_since, 1.0),
            (self.down, self.down_since, -1.0),
        ):
            np.maximum(0.0, sums + np.where(known, sign * step - self.slack, 0.0), out=sums)
            since += 1.0
            since[sums == 0.0] = 0.0

    @property
    def height(self) -> Values:
        """The larger of both."""
        return np.maximum(self.up, self.down)

    @property
    def since(self) -> Values:
        """Blocks since the larger began to rise."""
        return np.where(self.up >= self.down, self.up_since, self.down_since)

    def rest(self, chosen: NDArray[np.bool_]) -> None:
        """Begin anew."""
        for values in (self.up, self.down, self.up_since, self.down_since):
            values[chosen] = 0.0
