"""Gaps and stale values: rows that should be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rami.core.quality import Family, Qualities, Reason
from rami.information.quality.check import marked
from rami.information.quality.column import MISSING, Column


@dataclass(frozen=True)
class Gap:
    """Rows expected every `period_ns` (0: the column's own usual step).

    A step of more than `1 + slack` periods is a gap; jitter below that is none.
    """

    period_ns: int = 0
    slack: float = 0.5
    reason: ClassVar[Reason] = Reason.MISSING

    def completed(
        self, column: Column, start_ns: int | None = None, end_ns: int | None = None
    ) -> Column:
        """The column with a row (NaN, bad, MISSING) for each that is absent.

        Also from `start_ns` to the first row and from the last to `end_ns` (exclusive), in the
        phase of the rows there are. Unchanged where no period is known.
        """
        period = self.period_ns or column.period_ns
        if period <= 0:
            return column
        t = column.times
        if not len(t):
            return self._empty(column, period, start_ns, end_ns)
        steps = np.diff(t)
        absent = np.zeros(len(t) + 1, np.int64)
        wide = np.flatnonzero(steps > (1 + self.slack) * period)
        absent[wide + 1] = np.maximum((steps[wide] + period // 2) // period - 1, 1)
        if start_ns is not None:
            absent[0] = max(0, (int(t[0]) - start_ns) // period)
        if end_ns is not None:
            absent[-1] = max(0, (end_ns - int(t[-1]) - 1) // period)
        total = int(absent.sum())
        if not total:
            return column
        own = np.arange(len(t)) + np.cumsum(absent[:-1])
        times = np.empty(len(t) + total, np.int64)
        added = np.ones(len(times), bool)
        added[own] = False
        times[own] = t
        before = np.concatenate([[int(t[0]) - (int(absent[0]) + 1) * period], t])
        number = np.arange(total) - np.repeat(np.cumsum(absent) - absent, absent)
        times[added] = np.repeat(before, absent) + (number + 1) * period
        values = np.full(len(times), np.nan)
        values[own] = column.values
        status = np.full(len(times), MISSING, np.uint32)
        status[own] = column.status
        return Column(times, values, status)

    @staticmethod
    def _empty(column: Column, period: int, start_ns: int | None, end_ns: int | None) -> Column:
        if start_ns is None or end_ns is None:
            return column
        times = np.arange(start_ns, end_ns, period, dtype=np.int64)
        return Column(times, np.full(len(times), np.nan), np.full(len(times), MISSING, np.uint32))


@dataclass(frozen=True)
class Stale:
    """Rows without a value of their own whose last known one is older than `limit_ns`."""

    limit_ns: int
    reason: ClassVar[Reason] = Reason.STALE

    def marks(self, column: Column) -> Qualities:
        """Bad where a row is not known and t - t(last known row) > limit, or none was before."""
        known = column.known
        if column.all_known:
            return np.zeros(len(column), np.uint32)
        place = np.maximum.accumulate(np.where(known, np.arange(len(known)), -1))
        old = column.times - column.times[place] > self.limit_ns
        return marked(~known & (old | (place < 0)), Family.BAD, self.reason)


def age_ns(column: Column, now_ns: int) -> int | None:
    """Age of the last known row at an instant; None when no row is known up to it."""
    places = column.places
    at = int(np.searchsorted(column.times[places], now_ns, "right")) - 1
    return None if at < 0 else now_ns - int(column.times[places[at]])
