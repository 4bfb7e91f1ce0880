"""Cumulative registers: resets, roll-overs, exchanged meters, readings that fall."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Family, Qualities, Reason
from rami.core.timegrid import NS
from rami.information.quality.check import marked
from rami.information.quality.column import Column, Mask

#: fewer growing steps tell nothing about how fast is usual
_FEWEST = 30


@dataclass(frozen=True)
class _Read:
    """Marks, places of the readings that count, growth between them, odd ones of these steps."""

    marks: Qualities
    places: NDArray[np.intp]
    growth: Values
    odd: NDArray[np.intp]


@dataclass(frozen=True)
class Register:
    """A register that can only grow.

    `modulus`: where it rolls over to zero (inf: never). `tolerance`: how far a reading may fall
    without meaning (resolution). `rate_max`: growth per second that cannot be; inf: `unusual`
    times the 99 % quantile of the growth per second where it grew.

    Of readings x with dt between and the limit g = rate_max * dt:
    a reading that falls, or grows beyond g, while the next one fits the one before, is wrong;
    a fall to x with x + modulus - before <= g is a roll-over; a fall to x <= g and below half of
    the reading before a reset; another fall by at most g a register that runs backwards; any
    other fall, or growth beyond g, another meter.
    """

    modulus: float = inf
    tolerance: float = 0.0
    rate_max: float = inf
    unusual: float = 10.0
    reason: ClassVar[Reason] = Reason.RESET

    def marks(self, column: Column) -> Qualities:
        """Uncertain, RESET at the first reading after a reset, roll-over or exchange; bad,
        INCONSISTENT where a reading does not fit those around it; uncertain, INCONSISTENT where
        a register runs backwards."""
        return self._read(column).marks

    def growth(self, column: Column) -> Values:
        """Growth since the known row before, shape (len(column),), never negative.

        Roll-over: reading + modulus - before; reset: the reading; running backwards: 0;
        exchange: NaN (unknown); NaN at rows that do not count and at the first.
        """
        read = self._read(column)
        out = np.full(len(column), np.nan)
        out[read.places[1:]] = read.growth
        return out

    def continuous(self, column: Column) -> Values:
        """The readings as if no reset, roll-over or exchange had been; NaN where none counts.

        Over an exchange the growth is not known and taken as 0.
        """
        read = self._read(column)
        out = np.full(len(column), np.nan)
        x = column.values[read.places]
        if len(x):
            offset = np.zeros(len(x))
            offset[read.odd + 1] = np.nan_to_num(read.growth[read.odd]) - np.diff(x)[read.odd]
            out[read.places] = x + np.cumsum(offset)
        return out

    def _read(self, column: Column) -> _Read:
        places = column.places
        x = column.values[places]
        seconds = np.diff(column.times[places]) / NS
        rate = self._rate(np.diff(x), seconds)
        out = np.zeros(len(column), np.uint32)
        if len(x) > 2:
            wrong = self._wrong(x, seconds, rate)
            if wrong.any():
                out[places[wrong]] = marked(np.ones(1, bool), Family.BAD, Reason.INCONSISTENT)[0]
                places = places[~wrong]
                x = x[~wrong]
                seconds = np.diff(column.times[places]) / NS
        step = np.diff(x)
        limit = _most(rate, seconds)
        odd = np.flatnonzero((step < -self.tolerance) | (step > limit))
        growth = np.maximum(step, 0.0)
        if len(odd):
            growth[odd], backwards = self._over(x[odd], x[odd + 1], limit[odd])
            at = places[odd + 1]
            out[at] = np.where(
                backwards,
                marked(backwards, Family.UNCERTAIN, Reason.INCONSISTENT),
                marked(~backwards, Family.UNCERTAIN, self.reason),
            )
        return _Read(out, places, growth, odd)

    def _rate(self, step: Values, seconds: Values) -> float:
        if self.rate_max < inf:
            return self.rate_max
        grew = (step > 0.0) & (seconds > 0.0)
        if int(grew.sum()) < _FEWEST:
            return inf
        rates = step[grew] / seconds[grew]
        at = int(0.99 * (len(rates) - 1))
        return self.unusual * float(np.partition(rates, at)[at])

    def _wrong(self, x: Values, seconds: Values, rate: float) -> Mask:
        step, limit = np.diff(x), _most(rate, seconds)
        over = x[2:] - x[:-2]
        fits = (over >= -self.tolerance) & (over <= limit[1:] + limit[:-1])
        falls, jumps = step < -self.tolerance, step > limit
        wrong = np.zeros(len(x), bool)
        wrong[1:-1] = fits & (falls[:-1] | (jumps[:-1] & falls[1:]))
        # a reading somewhat too high shows only by the next one falling back behind it
        late = fits & ~jumps[:-1] & ~falls[:-1] & falls[1:]
        late[:-1] &= ~wrong[2:-1]
        wrong[1:-1] |= late
        return wrong

    def _over(self, before: Values, after: Values, limit: Values) -> tuple[Values, Mask]:
        """Growth over each odd step, and where it merely runs backwards."""
        if self.modulus == inf:
            rolled = np.zeros(len(after), bool)
        else:
            past = after + self.modulus - before
            near = (before > 0.9 * self.modulus) & (after < 0.1 * self.modulus)
            rolled = (after < before) & np.where(limit < inf, past <= limit, near)
        reset = ~rolled & (after >= 0.0) & (after < 0.5 * before) & (after <= limit)
        backwards = ~rolled & ~reset & (after < before) & (before - after <= limit)
        growth = np.full(len(after), np.nan)
        growth[rolled] = (after + self.modulus - before)[rolled]
        growth[reset] = after[reset]
        growth[backwards] = 0.0
        return growth, backwards


def _most(rate: float, seconds: Values) -> Values:
    """The most that a register can grow in a time; no time, no limit known: no limit."""
    return np.full(len(seconds), inf) if rate == inf else rate * seconds
