"""Spikes: a few values that leave their neighbours on both sides, and come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rami.core.frame import Values
from rami.core.quality import Family, Qualities, Reason
from rami.core.timegrid import NS
from rami.information.quality.check import marked, spread
from rami.information.quality.column import Column, Mask
from rami.information.quality.flatline import runs
from rami.information.quality.prominence import prominence

DAY_NS = 86400 * NS
#: fewer values tell nothing about what is usual
_FEWEST = 24
#: least prominence as a share of the range that 98 % of the values lie in
_LEAST_SHARE = 0.05
#: finer steps have no pattern by the step of a day
_FINEST_NS = 300 * NS


@dataclass(frozen=True)
class Spike:
    """Bad where at most `width` values in a row stand out from both neighbours.

    A value's prominence p (see `prominence`) over neighbours at most `width` away is taken for
    one value alone and for `width` values, the larger of up and down. Each limit follows from
    the signal itself: q90 + threshold (q98 - q90) of all p. With an exponential tail the chance of
    p above it is 0.1 * 5^-threshold (6e-6 at 6) per value; 2 % of spikes do not move it. It is
    at least `floor` (canonical unit) and 5 % of the range P1 to P99. `day_pattern` takes off the
    median prominence at the same time of the two days before and after, so that peaks of
    every morning are none (for steps of 5 minutes to 3 hours that divide a day). Rows that were
    called out of range, at most `width` between two known ones, are a spike as well.
    """

    threshold: float = 6.0
    floor: float = 0.0
    width: int = 3
    day_pattern: bool = True
    family: Family = Family.BAD
    reason: ClassVar[Reason] = Reason.SPIKE

    def marks(self, column: Column) -> Qualities:
        """Marks of the rows that belong to a spike."""
        x = column.values if column.all_known else column.values[column.places]
        if len(x) < _FEWEST:
            return np.zeros(len(column), np.uint32)
        t = column.times if column.all_known else column.times[column.places]
        period = column.period_ns
        breaks = np.flatnonzero(np.diff(t) > (self.width + 1) * period) + 1
        first, last = int(0.01 * (len(x) - 1)), int(0.99 * (len(x) - 1))
        sorted_in_part = np.partition(x, (first, last))
        least = max(self.floor, _LEAST_SHARE * float(sorted_in_part[last] - sorted_in_part[first]))
        slots = _slots(column, t) if self.day_pattern else None
        out = np.zeros(len(x), bool)
        for width in sorted({1, self.width}):
            up, down = prominence(x, width, breaks)
            if slots is not None:
                up, down = (_beyond_pattern(p, slots, DAY_NS // period) for p in (up, down))
            out |= _unusual(np.maximum(up, down), self.threshold, least)
        where = spread(column, out) | _out_and_back(column, self.width)
        return marked(where, self.family, self.reason)


def _out_and_back(column: Column, width: int) -> Mask:
    """At most `width` rows out of range between two known ones."""
    where = np.zeros(len(column), bool)
    if column.all_known:
        return where
    out = ~column.known & np.isfinite(column.values)
    out &= (column.status & np.uint32(Reason.RANGE)) != 0
    first, end = runs(out)
    short = (end - first <= width) & (first > 0) & (end < len(column))
    first, end = first[short], end[short]
    back = column.known[first - 1] & column.known[end]
    for a, b in zip(first[back], end[back], strict=True):
        where[a:b] = True
    return where


def _unusual(peaks: Values, threshold: float, least: float) -> Mask:
    usual, high = int(0.90 * (len(peaks) - 1)), int(0.98 * (len(peaks) - 1))
    part = np.partition(peaks, (usual, high))
    limit = max(least, float(part[usual] + threshold * (part[high] - part[usual])))
    return np.asarray(peaks > limit) if limit > 0.0 else np.zeros(len(peaks), bool)


def _slots(column: Column, times: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Values | None:
    """The place of each known row on the signal's raster; None where days have no pattern."""
    period = column.period_ns
    if not _FINEST_NS <= period <= DAY_NS // 8 or DAY_NS % period:
        return None
    slots = (times - times[0] + period // 2) // period
    if slots[-1] > 4 * len(times) + 1000 or slots[-1] + 1 < 4 * DAY_NS // period:
        return None
    return np.asarray(slots)


def _beyond_pattern(peaks: Values, slots: Values, per_day: int) -> Values:
    """What is left of prominences after those usual at this time of day; may be negative.

    Two days to each side, where the series ends the next ones inside; absent rows count as 0.
    """
    raster = np.zeros(int(slots[-1]) + 1)
    raster[slots] = peaks
    count, reach = len(raster), 2 * per_day
    padded = np.concatenate(
        [raster[reach : reach + reach], raster, raster[count - 2 * reach : count - reach]]
    )
    a, b = padded[:count], padded[per_day : per_day + count]
    c, d = padded[3 * per_day : 3 * per_day + count], padded[4 * per_day : 4 * per_day + count]
    low_1, high_1 = np.minimum(a, b), np.maximum(a, b)
    low_2, high_2 = np.minimum(c, d), np.maximum(c, d)
    middle = 0.5 * (np.maximum(low_1, low_2) + np.minimum(high_1, high_2))
    return np.asarray((raster - middle)[slots])
