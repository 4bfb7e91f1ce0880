"""What a source has measured, read as far back as it reaches and continued issue by issue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rami.core.errors import DataError
from rami.core.frame import Frame, Values
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid
from rami.information.forecast.history import History
from rami.information.source import DataSource

#: parts of the length asked for that are tried where a source does not reach back so far
_PARTS = (1.0, 0.5, 0.25, 0.125, 1 / 30, 1 / 60)


class Memory:
    """History of several series on one raster; what was read once is not read again."""

    def __init__(self, source: DataSource, names: Sequence[str], longest_ns: int) -> None:
        self._source, self._names, self._longest_ns = source, tuple(names), longest_ns
        self._units: tuple[str, ...] = ()
        self._grid: TimeGrid | None = None
        self._table: Values = np.empty((0, len(self._names)))

    def until(self, end_ns: int, step_ns: int) -> None:
        """Know everything up to `end_ns`, a time on the raster; DataError when that is faulty."""
        grid = self._grid
        if grid is None or grid.step_ns != step_ns or end_ns < grid.start_ns + self._longest_ns:
            self._begin(end_ns, step_ns)
            return
        missing = (end_ns - grid.end_ns) // step_ns
        if missing > 0:
            frame = self._source.read(self._names, grid.part(grid.count, missing))
            self._table = np.concatenate([self._table, _usable(frame)])
            self._grid = grid.part(0, grid.count + missing)
            self._forget(end_ns)

    def history(self, name: str, floor: float | None) -> History:
        """One series, all that is remembered."""
        assert self._grid is not None
        place = self._names.index(name)
        unit = self._units[place]
        return History(name, unit, self._grid, self._table[:, place], floor)

    def _begin(self, end_ns: int, step_ns: int) -> None:
        for part in _PARTS:
            count = int(self._longest_ns * part) // step_ns
            grid = TimeGrid(end_ns - count * step_ns, step_ns, count)
            try:
                frame = self._source.read(self._names, grid)
            except DataError:
                continue
            self._grid, self._table, self._units = grid, _usable(frame), frame.units
            return
        # nothing before the first issue: fallbacks have to do
        self._grid = TimeGrid(end_ns, step_ns, 0)
        self._table = np.empty((0, len(self._names)))
        self._units = ("",) * len(self._names)

    def _forget(self, end_ns: int) -> None:
        """Drop what is older than twice the length asked for."""
        assert self._grid is not None
        old = int((end_ns - 2 * self._longest_ns - self._grid.start_ns) // self._grid.step_ns)
        if old > 0:
            self._grid = self._grid.part(old, self._grid.count - old)
            self._table = self._table[old:]


def _usable(frame: Frame) -> Values:
    return np.where(is_bad(frame.quality), np.nan, frame.values)
