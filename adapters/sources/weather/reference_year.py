"""A test reference year: one year of weather that stands for every year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Frame
from rami.core.timegrid import NS, TimeGrid, instant, moment
from rami.information.source import DataSource

_DAY_NS = 86400 * NS
_YEAR_NS = 365 * _DAY_NS


class ReferenceYear:
    """`source` holds 365 days from `begin_ns` on; other years repeat them."""

    def __init__(self, source: DataSource, begin_ns: int) -> None:
        self._source, self._begin = source, begin_ns
        self._years: dict[tuple[tuple[str, ...], TimeGrid], Frame] = {}

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource, for any year."""
        step = int(np.gcd(grid.step_ns, _DAY_NS))
        places = self._places((grid.times()[:, None] + _within(grid, step)).ravel())
        year = TimeGrid(self._begin, step, _YEAR_NS // step)
        offset = (grid.start_ns - self._begin) % step
        if offset:  # the grid's instants lie between those of the year
            year = TimeGrid(self._begin + offset, step, year.count - 1)
        key = (tuple(names), year)
        if key not in self._years:
            self._years[key] = self._source.read(names, year)
        whole = self._years[key]
        rows = np.minimum(places // step, year.count - 1)
        per = grid.step_ns // step
        values = whole.values[rows].reshape(grid.count, per, len(names)).mean(axis=1)
        said = {n: f"{whole.sources.get(n, '')}, reference year" for n in names}
        quality = whole.quality[rows[::per]]
        return replace(whole, grid=grid, values=values, quality=quality, sources=said)

    def describe(self) -> Mapping[str, str]:
        """The source's own, said to be a reference year."""
        return {n: f"{text}, reference year" for n, text in self._source.describe().items()}

    def _places(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Nanoseconds into the reference year that stand for instants."""
        begin = moment(self._begin)
        years = range(moment(int(at.min())).year - 1, moment(int(at.max())).year + 2)
        first = np.array([instant(begin.replace(year=y)) for y in years])
        year = np.searchsorted(first, at, side="right") - 1
        leap = np.array([self._leap_day(y, int(f)) for y, f in zip(years, first, strict=True)])
        since = at - first[year]
        since = np.where(since >= leap[year], since - _DAY_NS, since)
        return np.asarray(since % _YEAR_NS)

    @staticmethod
    def _leap_day(year: int, first_ns: int) -> int:
        """How far into the year that begins at `first_ns` 29 February lies; far off if nowhere."""
        for y in (year, year + 1):
            leap = y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)
            since = instant(f"{y}-02-29T00:00Z") - first_ns if leap else -1
            if 0 <= since < _YEAR_NS:
                return since
        return 2 * _YEAR_NS


def _within(grid: TimeGrid, step: int) -> NDArray[np.int64]:
    return np.arange(grid.step_ns // step, dtype=np.int64) * step
