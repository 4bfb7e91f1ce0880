"""Forecast: values with quantiles on a grid, who made them, and what such ones got wrong before."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Qualities
from rami.core.timegrid import TimeGrid


@dataclass(frozen=True)
class Errors:
    """Rolling-origin errors: `residuals` (issues, count) are measured less predicted.

    `points` is what was predicted; NaN where nothing was measured. `issues` are instants in
    nanoseconds, ascending.
    """

    issues: NDArray[np.int64]
    residuals: Values
    points: Values

    @classmethod
    def none(cls, count: int) -> Errors:
        """No error is known."""
        empty = np.empty((0, count))
        return cls(np.empty(0, np.int64), empty, empty)

    def last(self, days: int) -> Errors:
        """The newest ones."""
        first = max(len(self.issues) - days, 0)
        return Errors(self.issues[first:], self.residuals[first:], self.points[first:])

    def cut(self, count: int) -> Errors:
        """The first `count` intervals."""
        return Errors(self.issues, self.residuals[:, :count], self.points[:, :count])

    @property
    def mean_absolute(self) -> float:
        """Mean absolute error; NaN without any."""
        good = np.isfinite(self.residuals)
        return float(np.abs(self.residuals[good]).mean()) if good.any() else float("nan")


@dataclass(frozen=True)
class Forecast:
    """`values` (count,) in `unit`; `quantiles` (count, len(levels)) ascend with the levels.

    Quantiles are NaN where nothing is known of the error. `status` marks every value as
    estimated, as uncertain where a fallback made it. `method` says who made it and, after a
    fallback, why: `seasonal_naive (ridge: 9 days of history, wanted 14)`.
    """

    name: str
    unit: str
    issued_ns: int
    grid: TimeGrid
    values: Values
    levels: tuple[float, ...]
    quantiles: Values
    status: Qualities
    method: str
    provenance: str = ""
    errors: Errors | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        shape = (self.grid.count, len(self.levels))
        if self.values.shape != shape[:1] or self.quantiles.shape != shape:
            raise ValueError(
                f"wanted {shape[0]} values and quantiles of shape {shape}, got "
                f"{self.values.shape} and {self.quantiles.shape}"
            )

    def quantile(self, level: float) -> Values:
        """One quantile, shape (count,); KeyError for a level that is not there."""
        if level not in self.levels:
            raise KeyError(f"no quantile {level}; there are {', '.join(map(str, self.levels))}")
        column: Values = self.quantiles[:, self.levels.index(level)]
        return column
