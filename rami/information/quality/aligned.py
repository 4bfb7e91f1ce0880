"""The quick way to a coarser grid: regular rows, each interval a whole number of them."""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values
from rami.core.quality import Qualities, reasons
from rami.core.timegrid import TimeGrid
from rami.information.quality.column import Column

_FAMILY = np.uint32(0xC000_0000)


def aligned(
    column: Column, grid: TimeGrid, how: str
) -> tuple[Values, Values, Qualities, Qualities] | None:
    """Values of known time, known time (ns), family and reasons per interval; None where the
    rows do not lie on the grid or `how` is not a mean or a sum."""
    period = column.period_ns
    if how not in ("mean", "sum") or not period or grid.step_ns % period:
        return None
    away = grid.start_ns - int(column.times[0])
    per = grid.step_ns // period
    begin, size = away // period, per * grid.count
    if away < 0 or away % period or begin + size > len(column) or not column.regular:
        return None
    part = slice(begin, begin + size)
    shape = (grid.count, per)
    values, status = column.values[part], column.status[part]
    if column.all_known:
        count = np.full(grid.count, per)
        total = values.reshape(shape).sum(axis=1)
    else:
        known = column.known[part]
        count = known.reshape(shape).sum(axis=1)
        total = np.where(known, values, 0.0).reshape(shape).sum(axis=1)
    family = np.zeros(grid.count, np.uint32)
    why = family
    if status.any():
        counted = np.where(column.known[part], status & _FAMILY, 0)
        family = counted.reshape(shape).max(axis=1)
        why = np.bitwise_or.reduce(reasons(status).reshape(shape), axis=1)
    mean = total / np.maximum(count, 1) if how == "mean" else total
    return mean, count * float(period), family, why
