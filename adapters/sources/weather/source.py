"""The data source behind `kind: weather`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rami.core.errors import ConfigurationError, DataError, Problem
from rami.core.frame import NO_ISSUE, Frame
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import TimeGrid
from rami.information.source import DataSource, Issued, unknown_series

_MISSING = quality(Family.BAD, Reason.MISSING)


class WeatherSource:
    """`read` gives what happened; `read_issued` what had happened or was forecast by then."""

    def __init__(self, truth: DataSource, forecast: DataSource | None) -> None:
        if forecast is not None and not isinstance(forecast, Issued):
            hint = "declare e.g. {kind: csv, files: [{file: ..., issued: issued}]}"
            what = "the source of forecasts has no issue times"
            raise ConfigurationError([Problem("weather", what, hint)])
        self._truth, self._forecast = truth, forecast

    def describe(self) -> Mapping[str, str]:
        """The series that happen."""
        return self._truth.describe()

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource."""
        return self._truth.read(names, grid)

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued. Intervals that ended by `at_ns` are measured, and known from their end."""
        source = self._forecast
        if not isinstance(source, Issued):
            return self._truth.read(names, grid)
        offered = source.describe() if isinstance(source, DataSource) else {}
        both = [n for n in names if n in offered]
        problems = unknown_series("weather", names, [*self.describe(), *offered])
        if problems:
            raise DataError(problems)
        others = [n for n in names if n not in both]
        frames = [self._merged(source, both, grid, at_ns)] if both else []
        frames += [self._truth.read(others, grid)] if others else []
        return frames[0].joined(frames[1:]).select(names)

    def _merged(self, source: Issued, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        ahead = source.read_issued(names, grid, at_ns)
        ends = grid.times() + grid.step_ns
        past = int(np.searchsorted(ends, at_ns, side="right"))
        measured = [n for n in names if n in self._truth.describe()]
        if not past or not measured:
            return ahead
        happened = self._truth.read(measured, grid.part(0, past))
        values, grade, issued = ahead.values.copy(), ahead.quality.copy(), ahead.issues().copy()
        for name in measured:
            j = ahead.place(name)
            values[:past, j] = happened[name]
            grade[:past, j] = happened.quality[:, happened.place(name)]
            issued[:past, j] = ends[:past]
        issued[np.isnan(values)] = NO_ISSUE
        return replace(ahead, values=values, quality=grade, issued_ns=issued)
