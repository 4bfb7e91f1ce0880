"""Pieces: time cut where a row begins or ends and where an interval begins or ends.

Sums over the pieces of an interval neither lose nor repeat any time, so that energy is kept to
round-off whatever the rows' times are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Qualities
from rami.core.signal import Times
from rami.core.timegrid import TimeGrid
from rami.information.quality.column import MISSING, Column, Mask


def lasting(column: Column, hold_ns: int = 0) -> Times:
    """How long each row's value lasts, ns: until the next row, `hold_ns` at most.

    0: at most 1.5 usual steps; the last row lasts one.
    """
    period = column.period_ns
    longest = hold_ns or period * 3 // 2
    last = hold_ns or period
    return np.minimum(np.diff(column.times, append=column.times[-1:] + last), longest)


@dataclass(frozen=True)
class Pieces:
    """Begin and length (ns) of each piece within a grid, its row (-1: none), and the first
    piece of each interval (every interval has one)."""

    begin: Times
    length: Times
    row: NDArray[np.intp]
    first: NDArray[np.intp]

    @classmethod
    def of(cls, column: Column, grid: TimeGrid, lasts: Times, cuts: Times | None = None) -> Pieces:
        """Pieces of a column's rows on a grid, cut at further instants if given."""
        t = column.times
        edges = grid.start_ns + grid.step_ns * np.arange(grid.count + 1, dtype=np.int64)
        low, high = np.searchsorted(t, (grid.start_ns - int(lasts.max(initial=0)), grid.end_ns))
        own, ends = t[low:high], (t + lasts)[low:high]
        loose = ends[:-1][ends[:-1] < own[1:]]
        marks = [edges, own, loose, ends[-1:]] + ([] if cuts is None else [cuts])
        every = np.sort(np.concatenate(marks), kind="stable")
        every = every[(every >= grid.start_ns) & (every <= grid.end_ns)]
        every = every[np.concatenate([[True], every[1:] != every[:-1]])]
        begin = every[:-1]
        row = np.searchsorted(t, begin, "right") - 1
        held = row >= 0
        held &= begin < (t + lasts)[row] if len(t) else False
        first = np.searchsorted(begin, edges[:-1])
        return cls(begin, np.diff(every), np.where(held, row, -1), first)

    def known(self, column: Column) -> Mask:
        """Where a piece has a known value."""
        if not len(column):
            return np.zeros(len(self.row), bool)
        return np.asarray((self.row >= 0) & column.known[self.row])

    def status(self, column: Column) -> Qualities:
        """Status of each piece; MISSING where it has no row."""
        if not len(column):
            return np.full(len(self.row), MISSING, np.uint32)
        return np.where(self.row >= 0, column.status[self.row], MISSING)

    def total(self, amounts: Values | Times) -> NDArray[np.float64]:
        """Sum over the pieces of each interval, shape (grid.count,)."""
        return np.asarray(np.add.reduceat(amounts, self.first), np.float64)
