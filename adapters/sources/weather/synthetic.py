"""Synthetic forecasts: what will happen, and an error that grows with the lead time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from math import exp, sqrt

import numpy as np

from adapters.sources.weather.configuration import ForecastError
from rami.core.frame import NO_ISSUE, Frame, Values
from rami.core.quality import Family, Reason, quality, worst
from rami.core.timegrid import NS, TimeGrid
from rami.information.source import DataSource

_MARK = quality(Family.GOOD, Reason.SYNTHETIC)
_MISSING = quality(Family.BAD, Reason.MISSING)


class SyntheticForecast:
    """Forecasts of `truth` with declared error; same seed, same forecasts, whatever is asked."""

    def __init__(self, truth: DataSource, error: ForecastError) -> None:
        self._truth, self._error = truth, error

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """The truth."""
        return self._truth.read(names, grid)

    def describe(self) -> Mapping[str, str]:
        """The series that are forecast."""
        e = self._error
        said = f"SYNTHETIC forecast: error of {e.sd_24h:g} K at 24 h, seed {e.seed}, of "
        known = self._truth.describe()
        return {n: said + known[n] for n in e.series if n in known}

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued: the latest issue; intervals before it and beyond the horizon are NaN."""
        e = self._error
        every = round(e.every * NS)
        issue = at_ns // every * every
        frame = self._truth.read(names, grid)
        lead_h = (grid.times() - issue) / (3600 * NS)
        ahead = (lead_h >= 0) & (lead_h <= e.horizon / 3600)
        values = np.full(frame.values.shape, np.nan)
        for j, name in enumerate(names):
            path = forecast_error(e, name, issue)
            error = np.interp(lead_h, np.arange(len(path)), path)
            values[:, j] = np.where(ahead, frame.values[:, j] + error, np.nan)
        known = np.repeat(ahead[:, None], len(names), axis=1)
        grade = worst(frame.quality, np.full_like(frame.quality, _MARK))
        described = self.describe()
        return Frame(
            grid,
            frame.names,
            frame.units,
            values,
            np.where(known, grade, np.uint32(_MISSING)),
            {n: described[n] for n in names},
            np.where(known, issue, NO_ISSUE),
        )


@lru_cache(maxsize=64)
def forecast_error(error: ForecastError, name: str, issue_ns: int) -> Values:
    """Error in K per hour of lead time, shape (horizon in hours + 1,).

    A first-order autoregressive path of unit variance over lead time, times
    sd_24h sqrt(lead / 24 h).
    """
    hours = int(-(-error.horizon // 3600)) + 1
    hour = issue_ns // (3600 * NS)
    seeds = np.random.SeedSequence([error.seed, abs(hour), int(hour < 0), *name.encode()])
    draws = np.random.Generator(np.random.PCG64(seeds)).standard_normal(hours)
    keep = exp(-3600.0 / error.memory)
    draws[1:] *= sqrt(1 - keep * keep)
    path = np.fromiter(
        accumulate(draws.tolist(), lambda level, push: keep * level + push), float, hours
    )
    return np.asarray(error.sd_24h * np.sqrt(np.arange(hours) / 24) * path)
