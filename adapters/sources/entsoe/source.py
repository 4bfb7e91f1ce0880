"""The data source behind `kind: entsoe`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from adapters.sources.entsoe.cache import keep_day, read_day
from adapters.sources.entsoe.configuration import EntsoeConfiguration
from adapters.sources.entsoe.days import PriceDay, begin_of, blocks, days_of, published_ns
from adapters.sources.entsoe.fetch import fetch
from rami.core.errors import DataError, Problem
from rami.core.frame import NO_ISSUE, Frame
from rami.core.quality import Family, Reason, good, quality
from rami.core.timegrid import TimeGrid
from rami.information.resample import resample
from rami.information.source import check_offered

_MISSING = quality(Family.BAD, Reason.MISSING)


class EntsoeSource:
    """Day-ahead prices of one zone, day by day from the cache or fetched into it."""

    def __init__(self, settings: EntsoeConfiguration, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self._cache = folder / settings.cache
        self._days: dict[date, PriceDay] = {}

    def describe(self) -> Mapping[str, str]:
        """The one series."""
        return {self._settings.series: f"ENTSO-E day-ahead price of {self._settings.zone}"}

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource, published or not; issue times are those of publication."""
        check_offered("entsoe", names, list(self.describe()))
        return self._frame(names, grid, self._have(days_of(grid) if names else []))

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued: the prices of a day are known from the day before, 12:42."""
        check_offered("entsoe", names, list(self.describe()))
        at = self._settings.published_at
        known = [d for d in days_of(grid) if published_ns(d, at) <= at_ns]
        return self._frame(names, grid, self._have(known if names else []))

    def _have(self, days: list[date]) -> list[PriceDay]:
        """The days, from memory, cache, or the platform; all problems at once."""
        zone, problems, absent = self._settings.zone, list[Problem](), list[date]()
        for day in days:
            if day in self._days:
                continue
            try:
                kept = read_day(self._cache, zone, day)
            except DataError as error:
                problems += error.problems
                continue
            if kept is None:
                absent.append(day)
            else:
                self._days[day] = kept
        if problems:
            raise DataError(problems)
        token = self._settings.token(self._folder) if absent else ""
        for block in blocks(absent):
            for fetched in fetch(zone, block, token, self._settings.timeout):
                keep_day(self._cache, zone, fetched)
                self._days[fetched.day] = fetched
        return [self._days[d] for d in days]

    def _frame(self, names: Sequence[str], grid: TimeGrid, days: list[PriceDay]) -> Frame:
        values = np.full((grid.count, len(names)), np.nan)
        grade = good(values.shape)
        grade[:] = _MISSING
        issued = np.full(values.shape, NO_ISSUE, np.int64)
        if days and names:
            step = int(np.gcd.reduce([d.grid.step_ns for d in days]))
            whole = days_of(grid)
            first, end = begin_of(whole[0]), days[-1].grid.end_ns
            raster = TimeGrid(first, step, (end - first) // step)
            prices = np.concatenate([np.repeat(d.prices, d.grid.step_ns // step) for d in days])
            inside = np.flatnonzero(grid.times() + grid.step_ns <= end)
            part = grid.part(0, len(inside))
            if len(inside):
                fine, mark = resample(prices / 1000, good(raster.count), raster, part)
                values[inside], grade[inside] = fine[:, None], mark[:, None]
                at = self._settings.published_at
                starts = np.array([d.grid.start_ns for d in days])
                issues = np.array([published_ns(d.day, at) for d in days])
                last = part.times() + part.step_ns - 1
                issued[inside] = issues[np.searchsorted(starts, last, side="right") - 1][:, None]
        said = dict.fromkeys(names, self._said(days))
        return Frame(grid, tuple(names), ("EUR/kWh",) * len(names), values, grade, said, issued)

    def _said(self, days: list[PriceDay]) -> str:
        """Zone, documents and time of retrieval."""
        documents = sorted({d.document for d in days})
        retrieved = sorted({d.retrieved for d in days})
        if not days:
            return f"ENTSO-E day-ahead price of {self._settings.zone}, none published yet"
        more = f" and {len(documents) - 1} more" if len(documents) > 1 else ""
        until = f" to {retrieved[-1]}" if len(retrieved) > 1 else ""
        return (
            f"ENTSO-E day-ahead price of {self._settings.zone}, document {documents[0]}{more}, "
            f"retrieved {retrieved[0]}{until}"
        )
