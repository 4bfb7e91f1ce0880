"""What was expected of a covariate (the air temperature) when a forecast was issued."""

from __future__ import annotations

from math import exp, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.information.forecast.calendar import HOUR_NS
from rami.information.forecast.history import History

#: hours after which the error of a weather forecast has forgotten 63 % of itself
CORRELATION_H = 12.0
#: hours over which a missing temperature is bridged
_BRIDGED_H = 12.0


class Outlook(Protocol):
    """Measured before an issue, forecast after it."""

    def at(self, issues: NDArray[np.int64], lead_ns: int, step_ns: int, count: int) -> Values:
        """Per issue the covariate as known then, shape (issues, count).

        The columns are the intervals of `step_ns` from issue + `lead_ns` on (a negative lead: from
        before the issue). NaN where nothing is known.
        """


class Expected:
    """The true series, after each issue with a seeded error of standard deviation `sd`.

    The error is stationary of first order: correlated over `correlation_h` hours, drawn anew for
    each issue from (seed, issue), so that a forecast issued twice is the same twice. With `sd` 0
    the outlook is perfect. Short gaps of the forecast are bridged by a straight line; before an
    issue the last value is held, since the line would end in what was measured after it.
    """

    def __init__(
        self, series: History, sd: float = 0.0, seed: int = 0, correlation_h: float = CORRELATION_H
    ) -> None:
        self._series, self._sd, self._seed = series, sd, seed
        self._correlation_h = correlation_h
        self._bridged, self._held = _bridged(series), _held(series)
        self._drawn: dict[tuple[int, int, int], Values] = {}

    def at(self, issues: NDArray[np.int64], lead_ns: int, step_ns: int, count: int) -> Values:
        """As in Outlook."""
        times = issues[:, None] + lead_ns + step_ns * np.arange(count, dtype=np.int64)
        true = self._bridged.at(times)
        known = min(max(-lead_ns // step_ns, 0), count)
        true[:, :known] = self._held.at(times[:, :known])
        if self._sd and known < count:
            for row, issue in enumerate(issues.tolist()):
                true[row, known:] += self._error(issue, step_ns, count - known)
        return true

    def _error(self, issued_ns: int, step_ns: int, count: int) -> Values:
        key = (issued_ns, step_ns, count)
        if key not in self._drawn:
            seed = np.random.SeedSequence([self._seed, issued_ns])
            hours = -(-count * step_ns // HOUR_NS) + 1
            draws = np.random.Generator(np.random.PCG64(seed)).standard_normal(hours)
            keep = exp(-1.0 / self._correlation_h)
            path = np.empty(hours)
            level = path[0] = draws[0]
            for h in range(1, hours):
                level = path[h] = keep * level + sqrt(1 - keep * keep) * draws[h]
            at = np.arange(count) * (step_ns / HOUR_NS)
            self._drawn[key] = self._sd * np.interp(at, np.arange(hours), path)
        return self._drawn[key]


class Replaced:
    """An outlook whose view of one issue is what a weather forecast said then."""

    def __init__(self, past: Outlook, issued_ns: int, grid: TimeGrid, values: Values) -> None:
        self._past, self._issued_ns = past, issued_ns
        self._said = History("", "", grid, values)

    def at(self, issues: NDArray[np.int64], lead_ns: int, step_ns: int, count: int) -> Values:
        """As in Outlook."""
        seen = self._past.at(issues, lead_ns, step_ns, count)
        for row in np.flatnonzero(issues >= self._issued_ns):
            times = int(issues[row]) + lead_ns + step_ns * np.arange(count, dtype=np.int64)
            said = self._said.at(times)
            seen[row] = np.where(np.isfinite(said), said, seen[row])
        return seen


def _held(series: History) -> History:
    """Gaps of at most `_BRIDGED_H` filled with the last value before them."""
    good = np.isfinite(series.values)
    if good.all() or not good.any():
        return series
    place = np.arange(len(good))
    last = np.maximum.accumulate(np.where(good, place, -1))
    far = (last < 0) | (place - last > _BRIDGED_H * HOUR_NS / series.grid.step_ns)
    values = np.where(far, np.nan, series.values[np.maximum(last, 0)])
    return History(series.name, series.unit, series.grid, values)


def _bridged(series: History) -> History:
    """Gaps of at most `_BRIDGED_H` between known values, filled by a straight line."""
    values = series.values
    good = np.flatnonzero(np.isfinite(values))
    if not len(good):
        return series
    filled = np.interp(np.arange(len(values)), good, values[good])
    near = np.searchsorted(good, np.arange(len(values)))
    after = good[np.minimum(near, len(good) - 1)]
    before = good[np.maximum(near - 1, 0)]
    longest = _BRIDGED_H * HOUR_NS / series.grid.step_ns
    lost = ~np.isfinite(values) & ((after - before > longest + 1) | (after <= before))
    return History(series.name, series.unit, series.grid, np.where(lost, np.nan, filled))
