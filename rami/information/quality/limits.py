"""Range and rate: what a value may be, and how fast it may change."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np

from rami.core.quality import Family, Qualities, Reason
from rami.core.timegrid import NS
from rami.information.quality.check import marked, spread
from rami.information.quality.column import Column


@dataclass(frozen=True)
class Range:
    """Bad below `low` or above `high` (canonical unit); uncertain outside the `likely` ones."""

    low: float = -inf
    high: float = inf
    likely_low: float = -inf
    likely_high: float = inf
    reason: ClassVar[Reason] = Reason.RANGE

    def marks(self, column: Column) -> Qualities:
        """Bad where x < low or x > high; outside the likely range: uncertain."""
        x, known = column.values, column.known
        out = marked(((x < self.low) | (x > self.high)) & known, Family.BAD, self.reason)
        if self.likely_low == -inf and self.likely_high == inf:
            return out
        odd = ((x < self.likely_low) | (x > self.likely_high)) & known & (out == 0)
        return np.asarray(out | marked(odd, Family.UNCERTAIN, self.reason))


@dataclass(frozen=True)
class Rate:
    """Uncertain where a value changed faster than `rise` or `fall` (canonical unit per second,
    both positive) since the known value before it."""

    rise: float = inf
    fall: float = inf
    family: Family = Family.UNCERTAIN
    reason: ClassVar[Reason] = Reason.RATE

    @classmethod
    def per_hour(cls, change: float) -> Rate:
        """The same bound both ways, per hour."""
        return cls(change / 3600, change / 3600)

    def marks(self, column: Column) -> Qualities:
        """(x_i - x_j) / (t_i - t_j) > rise or < -fall, j the known row before with t_j < t_i."""
        x = column.values[column.known]
        t = column.times[column.known]
        fast = np.zeros(len(x), bool)
        if len(x) > 1:
            seconds = np.diff(t) / NS
            change = np.diff(x)
            later = seconds > 0
            seconds[~later] = 1.0
            fast[1:] = (change > self.rise * seconds) | (change < -self.fall * seconds)
            fast[1:] &= later
        return marked(spread(column, fast), self.family, self.reason)
