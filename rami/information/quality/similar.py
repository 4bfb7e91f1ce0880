"""The same hour of similar days: a profile from a signal's own past and future."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.timegrid import NS
from rami.information.quality.column import Column

DAY_NS = 86400 * NS
_PART = 20_000


def similar_days(column: Column, rows: NDArray[np.intp], days: int, offset_ns: int = 0) -> Values:
    """Profile at some rows, NaN elsewhere: shape (len(column),).

    Of the days up to `days` before and after that are of the same class (Monday to Friday,
    Saturday, Sunday; by time + `offset_ns`), the known values at the same time of day, weighted
    by 1 / distance in days. Rows must be complete and their period divide a day; else all NaN.
    """
    out = np.full(len(column), np.nan)
    period = column.period_ns
    if period <= 0 or DAY_NS % period or not len(rows):
        return out
    per_day = DAY_NS // period
    weekday = ((column.times + offset_ns) // DAY_NS + 3) % 7  # 0: Monday
    kind = np.maximum(weekday, 4)
    values = np.where(column.known, column.values, 0.0)
    away = np.concatenate([np.arange(-days, 0), np.arange(1, days + 1)])
    weight = 1.0 / np.abs(away)
    for start in range(0, len(rows), _PART):
        part = rows[start : start + _PART]
        others = part[:, None] + away * per_day
        inside = (others >= 0) & (others < len(column))
        others[~inside] = 0
        usable = inside & column.known[others] & (kind[others] == kind[part][:, None])
        w = usable * weight
        sums = w.sum(axis=1)
        mean = (w * values[others]).sum(axis=1) / np.where(sums > 0.0, sums, 1.0)
        out[part] = np.where(sums > 0.0, mean, np.nan)
    return out
