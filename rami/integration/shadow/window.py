"""Residuals over a window: mean, root mean square, size of the value, by point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

#: share of a window that a point must be known to be judged
_KNOWN = 0.5


@dataclass(frozen=True)
class Windowed:
    """A finished window; NaN where a point was known for less than half of it."""

    mean: Vector
    rms: Vector
    level: Vector
    seconds: float


class ResidualWindow:
    """Sums over the window that runs; one row each of residual, square, value, seconds known."""

    def __init__(self, count: int) -> None:
        self.sums = np.zeros((4, count))
        self.seconds = 0.0

    def clear(self) -> None:
        """Begin anew."""
        self.sums[:] = 0.0
        self.seconds = 0.0

    def add(self, residual: Vector, shown: Vector, seconds: float) -> None:
        """A step; NaN where nothing is known."""
        known = np.isfinite(residual)
        off = np.where(known, residual, 0.0)
        self.sums[0] += seconds * off
        self.sums[1] += seconds * off * off
        self.sums[2] += seconds * np.where(known, np.abs(shown), 0.0)
        self.sums[3] += seconds * known
        self.seconds += seconds

    def close(self) -> Windowed:
        """What it was; begins anew."""
        known = np.where(self.sums[3] >= max(_KNOWN * self.seconds, 1e-9), self.sums[3], np.nan)
        mean, square, level = self.sums[:3] / known
        found = Windowed(mean, np.sqrt(square), level, self.seconds)
        self.clear()
        return found
