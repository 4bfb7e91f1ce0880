"""From a signal's rows to a time grid, with the aggregation its quantity wants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rami.core.frame import Values
from rami.core.quality import Qualities
from rami.core.timegrid import TimeGrid
from rami.information.quality.column import Column


class Combining(StrEnum):
    """How the rows of an interval become one value.

    MEAN: over time, values held until the next row (power, flow, price, share).
    LINEAR: over time, straight lines between rows (temperature).
    INSTANT: the straight line at the interval's start (upsampling of temperatures).
    SUM: energies of intervals, shared out by time.
    GROWTH: a register's growth over the interval, resets allowed for.
    WEIGHTED: mean weighted by another column (temperature by flow).
    LAST, MIN, MAX: of the rows in the interval (states).
    """

    MEAN = "mean"
    LINEAR = "linear"
    INSTANT = "instant"
    SUM = "sum"
    GROWTH = "growth"
    WEIGHTED = "weighted"
    LAST = "last"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True)
class Resampling:
    """`coverage`: the least share of an interval's time that must be known (0..1).

    `hold_ns`: how long a row's value lasts at most (0: 1.5 times the usual step). `modulus` and
    `tolerance` are the register's, for GROWTH.
    """

    how: Combining = Combining.MEAN
    coverage: float = 0.75
    hold_ns: int = 0


def resample(
    column: Column, grid: TimeGrid, resampling: Resampling, weights: Column | None = None
) -> tuple[Values, Qualities]:
    """Values and status on a grid, each of shape (grid.count,).

    An interval that is known for less than `coverage` of its time is NaN, bad and MISSING; one
    known in part is uncertain. Reasons of all rows that contribute are carried over.
    """
    raise NotImplementedError
