"""One laid-over series: what was delivered, and own data in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rami.core import units
from rami.core.frame import NO_ISSUE, Frame, Issues, Values
from rami.core.quality import Family, Qualities, Reason, is_bad, quality, worst
from rami.core.timegrid import TimeGrid
from rami.information.external.provenance import Mask
from rami.information.quality.check import marked
from rami.information.quality.defaults import default_of
from rami.information.quality.subject import of_series
from rami.information.series import Figure, Series, figure_of, quantity_of

_LIMITS = (Figure.MAX_GIVE, Figure.MAX_TAKE)


@dataclass(frozen=True)
class Column:
    """One series; `said` is where it came from, `trouble` why it did not come at all."""

    unit: str
    values: Values
    quality: Qualities
    issued: Issues
    said: str = ""
    trouble: str = ""

    @classmethod
    def of(cls, frame: Frame, name: str) -> Column:
        """A frame's column."""
        j = frame.place(name)
        return cls(
            frame.units[j],
            frame.values[:, j],
            frame.quality[:, j],
            frame.issues()[:, j],
            frame.sources.get(name, ""),
        )


def missing_of(column: Column) -> Mask:
    """Where nothing usable was delivered: no number, or bad."""
    return np.asarray(~np.isfinite(column.values) | is_bad(column.quality))


def judged(name: str, column: Column) -> Column:
    """The column, bad where a value is outside the default range of what it measures, or a
    limit below zero."""
    quantity, figure = quantity_of(name), figure_of(name)
    if quantity is None:
        return column
    _, default = default_of(of_series(Series(name, quantity)))
    low = 0.0 if figure and figure[0] in _LIMITS else default.low
    beyond = (column.values < low) | (column.values > default.high)
    return replace(column, quality=worst(column.quality, marked(beyond, Family.BAD, Reason.RANGE)))


def filled(
    name: str, column: Column, lacking: Mask, stale: Mask, own: Frame | None, said: str
) -> Column:
    """Own data where a column lacks a value; Bad where there are none."""
    if not lacking.any():
        return Column(column.unit, column.values, column.quality, column.issued, said)
    why = np.where(stale, np.uint32(Reason.STALE), np.uint32(Reason.MISSING)).astype(np.uint32)
    if own is None or name not in own:
        bad = why | np.uint32(quality(Family.BAD))
        return Column(
            column.unit,
            column.values,
            np.where(lacking, bad, column.quality).astype(np.uint32),
            np.where(lacking, NO_ISSUE, column.issued),
            said,
        )
    j = own.place(name)
    mark = why | np.uint32(quality(Family.UNCERTAIN, Reason.ESTIMATED))
    grade = worst(own.quality[:, j], mark)
    return Column(
        own.units[j],
        np.where(lacking, own.values[:, j], column.values),
        np.where(lacking, grade, column.quality).astype(np.uint32),
        np.where(lacking, own.issues()[:, j], column.issued),
        said,
    )


def nothing(name: str, grid: TimeGrid, trouble: str) -> Column:
    """A series that did not come at all."""
    quantity = quantity_of(name)
    return Column(
        units.unit_of(quantity) if quantity else "",
        np.full(grid.count, np.nan),
        np.full(grid.count, quality(Family.BAD, Reason.MISSING), np.uint32),
        np.full(grid.count, NO_ISSUE, np.int64),
        trouble=trouble,
    )
