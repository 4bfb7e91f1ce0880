"""Regressors of a direct forecast: calendar, degree hours, and the loads known at the issue.

A row belongs to a pair (issue, interval). What is explained is the difference from the *base*,
the value at the same local time of the last day that was known: a regression that has learned
nothing is persistence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.information.forecast.calendar import DAY_NS, DAY_TYPES, HOUR_NS, LocalCalendar
from rami.information.forecast.degree_hours import REACH_NS, degree_hours
from rami.information.forecast.task import Task

Issues = NDArray[np.int64]

#: share of a path of temperatures that must be known
_KNOWN = 0.8


@dataclass(frozen=True)
class Rows:
    """`regressors` (issues, count, columns), never NaN; `base` and `measured` (issues, count).

    `measured` is NaN where the history knows nothing or the temperature is not known.
    """

    regressors: Values
    base: Values
    measured: Values


def nearest_day(task: Task, issues: Issues) -> int | None:
    """Days back of the newest knowledge, where older knowledge occurs beside it; else None.

    Clock changes may bring it about on a single day, so a fit says it for all its forecasts.
    """
    back = task.days_back(issues, task.times(issues))
    nearest = int(back.min())
    return nearest if nearest != back.max() else None


def rows(task: Task, issues: Issues, nearest: int | None) -> Rows:
    """Rows of a task for its own issue or for earlier ones.

    With `nearest` (see `nearest_day`) knowledge older than that has columns of its own.
    """
    times = task.times(issues)
    back = task.days_back(issues, times)
    columns, base, learnable = _loads(task, issues, times, back, nearest)
    middle = times + task.grid.step_ns // 2
    columns += _calendar(task.calendar, middle, task.grid.step_ns < HOUR_NS)
    measured = np.where(learnable, task.history.at(times), np.nan)
    if task.outlook is not None:
        step, reach = task.grid.step_ns, REACH_NS // task.grid.step_ns
        lead = task.grid.start_ns - reach * step - task.issued_ns
        path = task.outlook.at(issues, lead, step, reach + times.shape[1])
        measured = np.where(_enough(path)[:, None], measured, np.nan)
        usual = np.nanmean(path) if np.isfinite(path).any() else 0.0
        path = np.where(np.isfinite(path), path, usual)
        columns += degree_hours(path, back, task.calendar.hours(times), step)
    table = np.empty((*times.shape, len(columns)))
    for place, values in enumerate(columns):
        table[..., place] = values
    return Rows(table, base, measured)


def temperature_known(task: Task) -> bool:
    """Whether enough is known of the temperature for this task."""
    if task.outlook is None:
        return False
    step, reach = task.grid.step_ns, REACH_NS // task.grid.step_ns
    lead = task.grid.start_ns - reach * step - task.issued_ns
    count = reach + task.whole.count
    path = task.outlook.at(np.array([task.issued_ns]), lead, step, count)
    return bool(_enough(path)[0])


def _enough(path: Values) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(path).mean(axis=1) >= _KNOWN)


def _calendar(calendar: LocalCalendar, middle: Issues, finer: bool) -> list[Values]:
    """Dummies of hour x day type; between hours a straight line where the raster is finer."""
    hours, kinds = calendar.hours(middle), calendar.day_types(middle)
    columns = []
    of_kind = [kinds == kind for kind in range(DAY_TYPES)]
    for hour in range(24):
        away = np.abs((hours - hour - 0.5 + 12) % 24 - 12)
        weight = np.clip(1 - away, 0, 1) if finer else 1.0 * (away <= 0.5)
        columns += [weight * chosen for chosen in of_kind]
    return columns


def _loads(
    task: Task, issues: Issues, times: Issues, back: NDArray[np.int64], nearest: int | None
) -> tuple[list[Values], Values, NDArray[np.bool_]]:
    """What was known of the load as differences from the base, the base, and where a day of the
    week before tells the base; the other rows are not learned from."""
    known, before = task.history, task.calendar.before
    days = [known.at(before(times, back + d)) for d in range(7)]
    whole_weeks = -(-back // 7) * 7
    weeks = [known.at(before(times, whole_weeks + 7 * w)) for w in range(4)]
    recent, daily, weekly, usual = (
        known.mean_before(issues, span)[:, None]
        for span in (3 * HOUR_NS, DAY_NS, 7 * DAY_NS, 28 * DAY_NS)
    )
    good = np.isfinite(known.values)
    usual = _either(usual, np.array(known.values[good].mean() if good.any() else 0.0))
    seen = _mean(days)
    profile = _either(seen, usual)
    daily = _either(daily, usual)
    same_day = _either(_mean(weeks), profile)
    base = _either(days[0], profile)
    levels = [
        profile - base,
        daily - base,
        _either(days[1], profile) - base,
        _either(recent, daily) - base,
        base - usual,
    ]
    if nearest is not None:  # older knowledge has weights of its own
        nearer = back <= nearest
        levels = [values * chosen for values in levels for chosen in (nearer, ~nearer)]
    week = _either(weeks[0], same_day)
    columns = [*levels, same_day - base, week - base, _either(weekly, usual) - base]
    return columns, base, np.isfinite(seen)


def _either(*choices: Values) -> Values:
    """The first that is known."""
    chosen = choices[0]
    for other in choices[1:]:
        chosen = np.where(np.isfinite(chosen), chosen, other)
    return chosen


def _mean(tables: list[Values]) -> Values:
    """Mean of what is known."""
    stack = np.stack(tables)
    good = np.isfinite(stack)
    number = good.sum(axis=0)
    total = np.where(good, stack, 0.0).sum(axis=0)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
