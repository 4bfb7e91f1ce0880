"""What has been measured of one series, cut at the instant at which a forecast is issued."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Frame, Values
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid

#: quantiles between which a value is ordinary, how far beyond one may lie as a multiple of
#: their distance, and values below which nothing is told
_ORDINARY, _WIDENED, _LEAST = (0.01, 0.99), 3.0, 48


@dataclass(frozen=True)
class History:
    """One series on a raster; NaN where there is no usable value (gap, bad status).

    `floor` is the least value a forecast may have (0 for demands), None where there is none.
    """

    name: str
    unit: str
    grid: TimeGrid
    values: Values
    floor: float | None = None

    @classmethod
    def of(cls, frame: Frame, name: str, floor: float | None = None) -> History:
        """A column of a frame; rows of bad status are left out."""
        place = frame.place(name)
        values = np.where(is_bad(frame.quality[:, place]), np.nan, frame.values[:, place])
        return cls(name, frame.units[place], frame.grid, values, floor)

    def until(self, issued_ns: int, longest_ns: int | None = None) -> History:
        """The intervals that have ended at `issued_ns`, of the last `longest_ns` only."""
        grid = self.grid
        count = min(max((issued_ns - grid.start_ns) // grid.step_ns, 0), grid.count)
        first = 0
        if longest_ns is not None:
            first = min(max(count - longest_ns // grid.step_ns, 0), count)
        return replace(self, grid=grid.part(first, count - first), values=self.values[first:count])

    def at(self, times: NDArray[np.int64]) -> Values:
        """Values of the intervals that hold the instants, same shape; NaN outside."""
        places = (times - self.grid.start_ns) // self.grid.step_ns
        inside = (places >= 0) & (places < self.grid.count)
        if not self.grid.count:
            return np.full(times.shape, np.nan)
        return np.where(inside, self.values[np.clip(places, 0, self.grid.count - 1)], np.nan)

    def mean_before(self, instants: NDArray[np.int64], span_ns: int) -> Values:
        """Mean of the usable values in the span that ends at each instant; NaN without any."""
        good = np.isfinite(self.values)
        total = np.concatenate([[0.0], np.cumsum(np.where(good, self.values, 0.0))])
        number = np.concatenate([[0], np.cumsum(good)])
        step, start, count = self.grid.step_ns, self.grid.start_ns, self.grid.count
        last = np.clip((instants - start) // step, 0, count)
        first = np.clip((instants - span_ns - start) // step, 0, count)
        n = number[last] - number[first]
        return np.where(n > 0, (total[last] - total[first]) / np.maximum(n, 1), np.nan)

    def without_outliers(self) -> History:
        """Values that no ordinary one comes near are left out; what there is if none do.

        Ordinary is the range of 98 % of the values, widened by three times itself.
        """
        good = np.isfinite(self.values)
        if good.sum() < _LEAST:
            return self
        low, high = np.quantile(self.values[good], _ORDINARY)
        wide = _WIDENED * (high - low)
        with np.errstate(invalid="ignore"):
            far = (self.values < low - wide) | (self.values > high + wide)
        if high == low or not far.any():
            return self
        return replace(self, values=np.where(far, np.nan, self.values))

    @property
    def usable_ns(self) -> int:
        """Length of all usable intervals together."""
        return int(np.isfinite(self.values).sum()) * self.grid.step_ns
