"""Forecasts that repeat the past: the last day, the last similar day, the usual hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Family, Reason, quality
from rami.information.forecast.answer import answer
from rami.information.forecast.bands import WINDOW_D
from rami.information.forecast.calendar import HOUR_NS
from rami.information.forecast.forecast import Errors, Forecast
from rami.information.forecast.forecaster import NotEnoughHistory
from rami.information.forecast.task import Task

Issues = NDArray[np.int64]

#: days that are searched for one with a value
_SEARCHED = 14


class Persistence:
    """The value at the same local time of the last day that is known."""

    name = "persistence"
    least_h = 25.0

    def fit(self, task: Task) -> Repeating:
        """As in Forecaster."""
        return _fitted(self, task)

    def repeated(self, task: Task, issues: Issues) -> Values:
        """What is repeated, shape (issues, count); NaN where nothing is known."""
        times = task.times(issues)
        back = task.days_back(issues, times)
        days = range(_SEARCHED)
        return _first(task.history.at(task.calendar.before(times, back + d)) for d in days)


class SeasonalNaive:
    """The value at the same local time of the last similar day: working day, Saturday, Sunday.

    Holidays are similar to Sundays.
    """

    name = "seasonal_naive"
    least_h = 8 * 24.0

    def fit(self, task: Task) -> Repeating:
        """As in Forecaster."""
        return _fitted(self, task)

    def repeated(self, task: Task, issues: Issues) -> Values:
        """As in Persistence; where no similar day is known, the last one."""
        times = task.times(issues)
        back = task.days_back(issues, times)
        kind = task.calendar.day_types(times)
        found = []
        for d in range(_SEARCHED):
            then = task.calendar.before(times, back + d)
            similar = task.calendar.day_types(then) == kind
            found.append(np.where(similar, task.history.at(then), np.nan))
        return _first([*found, Persistence().repeated(task, issues)])


class LastWeek:
    """The value at the same local time of the same weekday before."""

    name = "last_week"
    least_h = 8 * 24.0

    def fit(self, task: Task) -> Repeating:
        """As in Forecaster."""
        return _fitted(self, task)

    def repeated(self, task: Task, issues: Issues) -> Values:
        """As in Persistence; from the weeks before where it is missing."""
        times = task.times(issues)
        weeks = -(-task.days_back(issues, times) // 7) * 7
        then = [task.calendar.before(times, weeks + 7 * w) for w in range(4)]
        return _first([*map(task.history.at, then), Persistence().repeated(task, issues)])


class TypicalProfile:
    """The mean of each local hour; of everything where an hour was never seen."""

    name = "typical_profile"
    least_h = 0.0

    def fit(self, task: Task) -> Repeating:
        """As in Forecaster; one value is enough."""
        return _fitted(self, task)

    def repeated(self, task: Task, issues: Issues) -> Values:
        """As in Persistence; every earlier day is told with today's knowledge."""
        known = np.isfinite(task.history.values)
        values = task.history.values[known]
        middle = task.grid.step_ns // 2
        hours = task.calendar.hours(task.history.grid.times()[known] + middle).astype(int)
        number = np.bincount(hours, minlength=24)
        total = np.bincount(hours, weights=values, minlength=24)
        usual = np.where(number > 0, total / np.maximum(number, 1), values.mean())
        return np.asarray(usual[task.calendar.hours(task.times(issues) + middle).astype(int)])


Repeater = Persistence | SeasonalNaive | LastWeek | TypicalProfile


@dataclass(frozen=True)
class Repeating:
    """Nothing is learned but how wrong the same was before."""

    repeater: Repeater

    def predict(self, task: Task) -> Forecast:
        """As in Fitted."""
        repeater = self.repeater
        values = repeater.repeated(task, np.array([task.issued_ns]))[0]
        if not np.isfinite(values).all():
            values = np.where(np.isfinite(values), values, np.nanmean(task.history.values))
        issues = task.issues(WINDOW_D)
        points = repeater.repeated(task, issues) if len(issues) else np.empty((0, len(values)))
        residuals = task.history.at(task.times(issues)) - points if len(issues) else points
        some = np.isfinite(residuals).any(axis=1)
        errors = Errors(issues[some], residuals[some], points[some])
        return answer(task, repeater.name, values, errors)


class Declared:
    """A declared value; without one, zero. Its error is unknown, so are its quantiles."""

    name = "declared"

    def fit(self, task: Task) -> Declared:
        """As in Forecaster; never refuses."""
        return self

    def predict(self, task: Task) -> Forecast:
        """As in Fitted."""
        values = np.full(task.grid.count, 0.0 if task.declared is None else task.declared)
        said = answer(task, self.name, values, Errors.none(task.whole.count))
        said.status[:] = quality(Family.UNCERTAIN, Reason.ESTIMATED | Reason.MISSING)
        return said


def _fitted(repeater: Repeater, task: Task) -> Repeating:
    have = task.history.usable_ns / HOUR_NS
    if have < max(repeater.least_h, task.grid.step_ns / HOUR_NS):
        wanted = f"{repeater.least_h / 24:.3g} days" if repeater.least_h else "one value"
        raise NotEnoughHistory(f"{have / 24:.3g} days of history, wanted {wanted}")
    return Repeating(repeater)


def _first(tables: Iterable[Values]) -> Values:
    chosen: Values | None = None
    for table in tables:
        chosen = table if chosen is None else np.where(np.isfinite(chosen), chosen, table)
        if np.isfinite(chosen).all():
            break
    assert chosen is not None
    return chosen
