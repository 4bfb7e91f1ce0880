"""Flatline: a value that stands still longer than its signal does."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Family, Qualities, Reason
from rami.core.signal import Times
from rami.information.quality.check import marked, spread
from rami.information.quality.column import Column, Mask

#: runs that a tail of run lengths is judged by, at least
_RUNS = 20
#: the tail falls by this factor per value at most, 0.95 at least
_STEEPEST, _FLATTEST = 0.1, 0.95
_LONGEST_COUNTED = 1000
#: how many steps lines may be drawn over, and the share of kinks that shows it
_DRAWN, _AT_ONE_PHASE = (60, 30, 20, 15, 12, 10, 6, 5, 4, 3, 2), 0.8
_NEVER = 1 << 62


@dataclass(frozen=True)
class Flatline:
    """Bad where all values of a span of at least `longest_ns` lie within `tolerance`.

    At least `count` values make a span. Values within one of the `resting` ranges (off is 0,
    saturated air 1.0) may stand as long as they like.

    `chance` (with tolerance 0 only; 0: off) also finds shorter spans, by the signal's own
    habit: n_k runs have exactly k equal values; from the last k of the unbroken row with
    n_k >= 20 on the tail is taken to fall by r = n_k / n_(k-1) per value (0.1 to 0.95). A run is
    bad from the length L on that is expected less than `chance` times,
    n_k r^(L - k) / (1 - r) <= chance. Long faults, however many, are not in these n_k. Where a
    series was drawn out by straight lines (hourly values every 15 min), the values between
    which they run are counted.
    """

    longest_ns: int
    tolerance: float = 0.0
    count: int = 4
    resting: tuple[tuple[float, float], ...] = ()
    chance: float = 0.01
    reason: ClassVar[Reason] = Reason.STUCK

    def marks(self, column: Column) -> Qualities:
        """Marks of the rows that stand still."""
        x = column.values if column.all_known else column.values[column.places]
        t = column.times if column.all_known else column.times[column.places]
        if len(x) < max(2, self.count):
            return np.zeros(len(column), np.uint32)
        same = np.abs(np.diff(x)) <= self.tolerance if self.tolerance else x[1:] == x[:-1]
        rest = self._rest(x)
        if rest is not None:
            same &= ~(rest[1:] | rest[:-1])
        first, last = runs(same)
        length = last - first + 1
        long = (t[last] - t[first] >= self.longest_ns) & (length >= self.count)
        if self.chance > 0 and self.tolerance == 0:
            singles = len(x) - int(length.sum()) - (0 if rest is None else int(rest.sum()))
            habit = _unlikely(length, singles, self.chance)
            each = _drawn_out(x, t, column.period_ns) if (length >= habit).any() else 1
            if each > 1:
                coarse = (length - 1) // each + 1
                habit = (_unlikely(coarse, singles // each, self.chance) - 1) * each + 1
            long |= length >= max(self.count, habit)
        still = np.zeros(len(x) + 1, np.int64)
        for a, b in zip(first[long], last[long], strict=True):
            if self.tolerance:
                _mark_windows(still, x, t, int(a), int(b), self)
            else:
                still[a] += 1
                still[b + 1] -= 1
        return marked(spread(column, np.cumsum(still[:-1]) > 0), Family.BAD, self.reason)

    def _rest(self, x: Values) -> Mask | None:
        if not self.resting:
            return None
        rest = np.zeros(len(x), bool)
        for low, high in self.resting:
            rest |= (x >= low) & (x <= high)
        return rest


def runs(same: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last place of each run of values equal to their neighbour."""
    edges = np.flatnonzero(np.diff(same, prepend=False, append=False))
    return edges[::2], edges[1::2]


def _unlikely(length: NDArray[np.intp], singles: int, chance: float) -> int:
    """The run length, in values, that a signal with these runs hardly has by itself."""
    counts = np.bincount(np.minimum(length, _LONGEST_COUNTED), minlength=_LONGEST_COUNTED + 1)
    counts[1] += max(singles, 0)
    rare = np.flatnonzero(counts[1:] < _RUNS)
    k = int(rare[0]) if len(rare) else 0
    if k == 0:
        return _NEVER
    fall = float(counts[k] / counts[k - 1]) if k > 1 else _STEEPEST
    fall = min(max(fall, _STEEPEST), _FLATTEST)
    return k + ceil(log(float(counts[k]) / (1.0 - fall) / chance) / log(1 / fall))


def _drawn_out(x: Values, t: Times, period_ns: int) -> int:
    """Steps from one value to the next of a series with lines drawn between its values; else 1.

    There nearly all kinks lie at one phase. A kink: the step changes by over 10 % of the usual.
    """
    step = np.diff(x)
    moving = np.abs(step[step != 0.0])
    if not len(moving) or not period_ns:
        return 1
    kinks = np.flatnonzero(np.abs(np.diff(step)) > 0.1 * float(np.median(moving))) + 1
    if len(kinks) < _RUNS:
        return 1
    at = (t[kinks] - t[0]) // period_ns
    for each in _DRAWN:
        if np.bincount(at % each).max() >= _AT_ONE_PHASE * len(at):
            return each
    return 1


def _mark_windows(
    still: NDArray[np.int64], x: Values, t: Times, a: int, b: int, check: Flatline
) -> None:
    """Within a run whose neighbours are close: the spans that are close as a whole.

    The shortest span from each row on and the shortest up to each row: they cover all longer ones.
    """
    rows = np.arange(a, b + 1)
    times = t[a : b + 1]
    end = np.searchsorted(times, times + check.longest_ns) + a
    start = np.searchsorted(times, times - check.longest_ns, side="right") - 1 + a
    start = np.concatenate([rows, np.minimum(start, rows - check.count + 1)])
    end = np.concatenate([np.maximum(end, rows + check.count - 1), rows])
    inside = (start >= a) & (end <= b)
    start, end = start[inside], end[inside]
    low, high = _extremes(x[a : b + 1], start - a, end - a)
    flat = high - low <= check.tolerance
    np.add.at(still, start[flat], 1)
    np.add.at(still, end[flat] + 1, -1)


def _extremes(x: Values, start: NDArray[np.intp], end: NDArray[np.intp]) -> tuple[Values, Values]:
    """Least and greatest of x[start..end] per window, by tables of powers of two."""
    low, high = [x], [x]
    span = 1
    longest = int((end - start).max(initial=0)) + 1
    while 2 * span <= longest:
        low.append(np.minimum(low[-1][:-span], low[-1][span:]))
        high.append(np.maximum(high[-1][:-span], high[-1][span:]))
        span *= 2
    level = np.frexp((end - start + 1).astype(float))[1] - 1
    least, greatest = np.empty(len(start)), np.empty(len(start))
    for k in np.unique(level):
        at = level == k
        left, right = start[at], end[at] + 1 - (1 << int(k))
        least[at] = np.minimum(low[k][left], low[k][right])
        greatest[at] = np.maximum(high[k][left], high[k][right])
    return least, greatest
