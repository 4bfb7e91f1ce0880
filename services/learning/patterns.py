"""Day types, change points and trend of one signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.frame import Frame
from rami.core.quality import is_bad
from rami.core.timegrid import NS, moment
from rami.information.analytics.change_points import ChangePoint, Trend, change_points, trend
from rami.information.analytics.day_types import WEEKDAYS, DayTypes, day_types

STEPS_A_DAY = 24


@dataclass(frozen=True)
class Patterns:
    """Of one signal, `days` local days from `first` on: types by level and by course alone."""

    signal: str
    unit: str
    zone: str
    first: str
    days: int
    whole: int
    by_level: DayTypes
    by_course: DayTypes
    changes: tuple[tuple[str, ChangePoint], ...]
    trend: Trend

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "signal": self.signal,
            "unit": self.unit,
            "zone": self.zone,
            "first_day": self.first,
            "days": self.days,
            "whole_days": self.whole,
            "day_types": _types(self.by_level),
            "day_types_by_course": _types(self.by_course),
            "change_points": [
                {
                    "day": day,
                    "before": change.before,
                    "after": change.after,
                    "size_in_noise": change.sizes,
                }
                for day, change in self.changes
            ],
            "trend": {
                "per_day": self.trend.slope if np.isfinite(self.trend.slope) else None,
                "p_value": self.trend.p_value,
            },
        }


def _types(found: DayTypes) -> Mapping[str, Any]:
    return {
        "silhouette": found.silhouette,
        "types": [
            {
                "days": kind.days,
                "weekdays": dict(zip(WEEKDAYS, kind.weekdays, strict=True)),
                "mean": kind.mean,
                "profile": kind.profile.tolist(),
            }
            for kind in found.types
        ],
    }


def patterns(frame: Frame, name: str, zone: str, *, seed: int = 0) -> Patterns:
    """Patterns of a column of hourly values. DataError with too few whole days."""
    place = frame.place(name)
    values = frame.values[:, place].copy()
    values[is_bad(frame.quality[:, place])] = np.nan
    table, first, weekday = _local_days(frame, values, zone)
    try:
        by_level = day_types(table, weekday, seed=seed)
        by_course = day_types(table - table.mean(axis=1, keepdims=True), weekday, seed=seed)
    except ValueError as error:
        raise DataError([Problem(name, str(error), "give a longer span")]) from None
    daily = table.mean(axis=1)
    changes = tuple(((first + timedelta(days=c.at)).isoformat(), c) for c in change_points(daily))
    return Patterns(
        name,
        frame.units[place],
        zone,
        first.isoformat(),
        len(table),
        int(np.isfinite(daily).sum()),
        by_level,
        by_course,
        changes,
        trend(daily),
    )


def _local_days(frame: Frame, values: np.ndarray, zone: str) -> tuple[np.ndarray, Any, np.ndarray]:
    """(days, 24) by local hour; the repeated hour counts once, the skipped one is between."""
    if frame.grid.step_ns != 3600 * NS:
        raise ValueError(f"wanted hourly values, got a step of {frame.grid.step_s:g} s")
    local = [moment(int(ns)).astimezone(ZoneInfo(zone)) for ns in frame.grid.times()]
    first = local[0].date()
    count = (local[-1].date() - first).days + 1
    table = np.full((count, STEPS_A_DAY), np.nan)
    for one, value in zip(local, values, strict=True):
        table[(one.date() - first).days, one.hour] = value
    for day in range(count):
        gaps = np.flatnonzero(np.isnan(table[day]))
        if len(gaps) == 1 and 0 < gaps[0] < STEPS_A_DAY - 1:
            table[day, gaps[0]] = (table[day, gaps[0] - 1] + table[day, gaps[0] + 1]) / 2
    weekday = np.array([(first + timedelta(days=d)).weekday() for d in range(count)], np.intp)
    return table, first, weekday
