"""A schedule that a service of somebody offers, made whole by what is followed now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rami.communication.service.message import Message
from rami.communication.service.payload import ScheduleMessage
from rami.core.errors import DataError
from rami.core.points import PointIndex
from rami.core.timegrid import TimeGrid
from rami.core.units import convert
from rami.core.wording import did_you_mean
from rami.functional.schedule import Schedule
from services.platform.loop.told_series import on_grid

if TYPE_CHECKING:
    from collections.abc import Mapping


def offered(
    message: Message, present: Schedule | None, now_ns: int, points: Mapping[str, PointIndex]
) -> Schedule:
    """The rest of the `present` schedule from `now_ns` on with the columns that are offered, as
    far as they reach. DataError with every reason why it cannot be followed.

    `points` by twin say how far each value may go.
    """
    payload = message.payload
    assert isinstance(payload, ScheduleMessage)
    if present is None or not present.grid.start_ns <= now_ns < present.grid.end_ns:
        raise DataError("there is no schedule that it could change")
    first = present.grid.index(now_ns)
    grid = present.grid.part(first, present.grid.count - first)
    values = present.values[first:].copy()
    own = TimeGrid.of(payload.grid.start, payload.grid.step_s, payload.grid.count)
    problems = []
    for column, told in payload.series.items():
        if column not in present:
            hint = did_you_mean(column, present.columns)
            problems.append(f"the schedule has no {column!r}; {hint}")
            continue
        try:
            zero = convert(0.0, payload.unit, payload.quantity)
            slope = convert(1.0, payload.unit, payload.quantity) - zero
        except ValueError as error:
            problems.append(f"{column}: {error}")
            continue
        at = on_grid(zero + slope * np.array(told), own, grid)
        known = np.isfinite(at)
        why = _beyond(column, at[known], points)
        if why or not known.any():
            problems.append(f"{column}: {why or 'none of it is to come'}")
            continue
        values[known, present.columns.index(column)] = at[known]
    if problems:
        raise DataError("; ".join(problems))
    who = f"{message.topic.owner}/{message.topic.service}"
    notes = (f"offered by {who}: {', '.join(sorted(payload.series))}",)
    return Schedule(grid, present.columns, values, "offered", notes=notes)


def _beyond(column: str, values: np.ndarray, points: Mapping[str, PointIndex]) -> str:
    twin, _, name = column.partition(".")
    if twin not in points or name not in points[twin]:
        return ""
    point = points[twin].points[points[twin][name]]
    if not values.size or (values.min() >= point.low and values.max() <= point.high):
        return ""
    worst = values.min() if values.min() < point.low else values.max()
    return f"{worst:g} {point.unit} is not within {point.low:g} to {point.high:g}"
