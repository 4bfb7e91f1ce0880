"""Filling gaps by a declared method, up to a declared length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Family, Reason, quality, reasons
from rami.core.timegrid import NS
from rami.information.quality.column import Column, Mask
from rami.information.quality.flatline import runs
from rami.information.quality.similar import similar_days

Method = Literal["none", "hold", "linear", "similar_days", "model"]
_FILLED = np.uint32(quality(Family.UNCERTAIN, Reason.FILLED))


@dataclass(frozen=True)
class Filling:
    """How rows that are not known get a value.

    `limit_ns`: longer gaps stay bad (a gap lasts from one period after the last known row to
    the next known one, or to the end). `days`: how far similar days are looked for, both ways.
    `offset_ns`: clock time of days and weekdays ahead of UTC. `edge`: known rows on each side
    that set the level. `cumulative`: a register; its differences are filled and scaled, so that
    the growth over the gap is what was read.
    """

    method: Method = "linear"
    limit_ns: int = 2 * 3600 * NS
    days: int = 28
    offset_ns: int = 0
    edge: int = 3
    cumulative: bool = False


def fill(column: Column, filling: Filling, model: Values | None = None) -> Column:
    """A column with its gaps filled: uncertain, FILLED with the reason that each had.

    The rows must be complete (`Gap.completed`). hold: the last value; linear: a line in time;
    similar_days and model: a profile m (see `similar_days`; the `model` of the column's shape,
    finite where it is to be used) plus a level, x_i = m_i + e_l + (e_r - e_l) s, where e are the
    mean differences x - m of the `edge` known rows before and after the gap and s the share of
    time from edge to edge; one edge alone holds for all. Profiles are kept within what the
    signal has ever been. hold needs a value before, linear one on each side.
    Values of known rows stay as they are, as do rows that share their instant with another that
    counts. ValueError when a model is wanted and not given.
    """
    if filling.method == "model" and model is None:
        raise ValueError("filling by a model's values wants the model's series; got none")
    if filling.method == "none" or column.all_known or not column.known.any():
        return column
    spare = ((column.status & np.uint32(Reason.DUPLICATE)) != 0) & ~column.known
    if spare.any():
        return _around(spare, column, filling, model)
    gaps = _Gaps.of(column, filling.limit_ns)
    values = column.values.copy()
    if filling.cumulative and filling.method != "linear":
        values[gaps.rows] = _grown(column, gaps, filling, model)
    elif filling.method == "hold":
        held = gaps.before[gaps.number]
        values[gaps.rows] = np.where(held >= 0, column.values[held], np.nan)
    elif filling.method == "linear":
        values[gaps.rows] = _line(column, gaps)
    else:
        profile = _profile(column, filling, model)
        values[gaps.rows] = _levelled(column, gaps, filling.edge, profile)
    done = np.zeros(len(column), bool)
    done[gaps.rows] = np.isfinite(values[gaps.rows])
    left = gaps.rows[~done[gaps.rows]]
    values[left] = column.values[left]
    status = np.where(done, reasons(column.status) | _FILLED, column.status)
    return Column(column.times, values, status)


def _around(spare: Mask, column: Column, filling: Filling, model: Values | None) -> Column:
    """Fill what is left without some rows, which stay as they are."""
    t, x, q = column.times, column.values.copy(), column.status.copy()
    rest = ~spare
    part = fill(Column(t[rest], x[rest], q[rest]), filling, None if model is None else model[rest])
    x[rest], q[rest] = part.values, part.status
    return Column(t, x, q)


@dataclass(frozen=True)
class _Gaps:
    """Gaps short enough: known places before and after (-1: none), their rows, and for each row
    the number of its gap."""

    before: NDArray[np.intp]
    after: NDArray[np.intp]
    rows: NDArray[np.intp]
    number: NDArray[np.intp]

    @classmethod
    def of(cls, column: Column, limit_ns: int) -> _Gaps:
        unknown = ~column.known
        first, last = runs(unknown)
        last = last - 1
        before, after = first - 1, np.where(last + 1 < len(column), last + 1, -1)
        t, period = column.times, column.period_ns
        start = np.where(before >= 0, t[before] + period, t[first])
        end = np.where(after >= 0, t[after], t[last] + period)
        short = end - start <= limit_ns
        first, last, before, after = first[short], last[short], before[short], after[short]
        count = last - first + 1
        number = np.repeat(np.arange(len(first)), count)
        rows = np.arange(len(number)) - np.repeat(np.cumsum(count) - count, count) + first[number]
        return cls(before, after, rows, number)

    def share(self, column: Column) -> Values:
        """Of each row, the share of time from the known row before to that after."""
        t = column.times
        low, high = t[self.before[self.number]], t[self.after[self.number]]
        inside = (self.before >= 0)[self.number] & (self.after >= 0)[self.number]
        span = np.where(inside, high - low, 1)
        return np.where(inside, (t[self.rows] - low) / span, np.nan)


def _line(column: Column, gaps: _Gaps) -> Values:
    low = column.values[gaps.before[gaps.number]]
    high = column.values[gaps.after[gaps.number]]
    return np.asarray(low + gaps.share(column) * (high - low))


def _profile(column: Column, filling: Filling, model: Values | None) -> Values:
    if filling.method == "model" and model is not None:
        return model
    near = ~column.known
    for _ in range(filling.edge):  # the rows whose level is compared want a profile too
        near[1:] |= near[:-1].copy()
        near[:-1] |= near[1:].copy()
    return similar_days(column, np.flatnonzero(near), filling.days, filling.offset_ns)


def _levelled(column: Column, gaps: _Gaps, edge: int, profile: Values) -> Values:
    apart = np.where(column.known, column.values - profile, np.nan)
    reach = np.arange(edge)
    left = _edge_mean(apart, gaps.before[:, None] - reach, gaps.before)
    right = _edge_mean(apart, gaps.after[:, None] + reach, gaps.after)
    left, right = np.where(np.isnan(left), right, left), np.where(np.isnan(right), left, right)
    share = np.nan_to_num(gaps.share(column))
    n = gaps.number
    raw = profile[gaps.rows] + left[n] + share * (right[n] - left[n])
    known = column.values[column.places]
    return np.clip(raw, known.min(), known.max())


def _edge_mean(apart: Values, places: NDArray[np.intp], edge: NDArray[np.intp]) -> Values:
    """Mean over the edge rows of each gap, as far as they are known; NaN where none is."""
    there = (edge[:, None] >= 0) & (places >= 0) & (places < len(apart))
    part = np.where(there, apart[np.where(there, places, 0)], np.nan)
    count = np.isfinite(part).sum(axis=1)
    return np.where(count, np.nansum(part, axis=1) / np.maximum(count, 1), np.nan)


def _grown(column: Column, gaps: _Gaps, filling: Filling, model: Values | None) -> Values:
    """Readings across gaps: growth by profile, scaled to what the register grew in all."""
    x, n = column.values, gaps.number
    total = (x[gaps.after] - x[gaps.before]) * np.where(
        (gaps.before >= 0) & (gaps.after >= 0), 1.0, np.nan
    )
    if filling.method == "hold":
        return np.where(np.isfinite(total)[n], x[gaps.before[n]], np.nan)
    if filling.method == "model" and model is not None:
        steps = np.diff(model, prepend=np.nan)
    else:
        known = column.known
        own = np.diff(x, prepend=np.nan)
        own[1:][~(known[1:] & known[:-1])] = np.nan
        rate = Column.of(column.times, own)
        steps = similar_days(rate, np.flatnonzero(~rate.known), filling.days, filling.offset_ns)
    if not len(n):
        return np.empty(0)
    unsure = np.isnan(steps)
    steps = np.where(unsure, 0.0, np.maximum(steps, 0.0))
    starts = np.flatnonzero(np.diff(n, prepend=-1))
    unknown = np.add.reduceat(unsure[gaps.rows], starts) + unsure[gaps.after] > 0
    whole = np.add.reduceat(steps[gaps.rows], starts) + steps[gaps.after]
    run = np.cumsum(steps[gaps.rows])
    run -= (run - steps[gaps.rows])[starts][n]
    usable = ~unknown & (whole > 0.0)
    even = gaps.share(column)
    part = np.where(usable[n], run / np.where(usable, whole, 1.0)[n], even)
    return np.asarray(x[gaps.before[n]] + part * total[n])
