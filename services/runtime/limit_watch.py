"""Measured points that leave their declared range, told as conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from rami.core.event import Event, EventKind, Severity
from rami.core.points import Direction, Point, PointIndex
from services.runtime.beside import Happened

#: share of the range by which a value must be inside again, so that noise raises no alarms
_BACK = 0.01
Held = Mapping[tuple[str, str], tuple[Event, bool]]


class LimitWatch:
    """Looks at the outputs of one twin after every step; values that are missing change nothing.

    `held` tells the conditions that hold, for a run that is resumed.
    """

    def __init__(
        self, twin: str, outputs: PointIndex, happened: Happened, held: Callable[[], Held]
    ) -> None:
        self._twin, self._happened, self._held = twin, happened, held
        watched = [
            (place, point)
            for place, point in enumerate(outputs.points)
            if point.direction is Direction.MEASURED and np.isfinite([point.low, point.high]).any()
        ]
        self._points = [point for _, point in watched]
        self._places = np.array([place for place, _ in watched], np.intp)
        self._low = np.array([point.low for point in self._points])
        self._high = np.array([point.high for point in self._points])
        span = self._high - self._low
        size = np.where(np.isfinite(self._low), np.abs(self._low), np.abs(self._high))
        self._inner = _BACK * np.where(np.isfinite(span), span, size)
        self._above: NDArray[np.bool_] | None = None
        self._below: NDArray[np.bool_] | None = None

    def look(self, values: NDArray[np.float64]) -> None:
        """The outputs after a step, in canonical units."""
        if not self._points:
            return
        if self._above is None or self._below is None:
            held = {key for key, (event, _) in self._held().items() if event.active}
            self._above, self._below = (
                np.array([(self._source(p), word) in held for p in self._points])
                for word in ("high", "low")
            )
        now = values[self._places]
        known = np.isfinite(now)
        above = np.where(self._above, now > self._high - self._inner, now > self._high)
        below = np.where(self._below, now < self._low + self._inner, now < self._low)
        above = np.where(known, above, self._above)
        below = np.where(known, below, self._below)
        for word, before, after in (("high", self._above, above), ("low", self._below, below)):
            for at in np.flatnonzero(before != after).tolist():
                self._tell(self._points[at], word, float(now[at]), active=bool(after[at]))
        self._above, self._below = above, below

    def _source(self, point: Point) -> str:
        return f"{self._twin}.{point.name}"

    def _tell(self, point: Point, word: str, value: float, *, active: bool) -> None:
        limit = point.high if word == "high" else point.low
        side = "above" if word == "high" else "below"
        text = (
            f"{value:.4g} {point.unit}, {side} its limit of {limit:.4g}"
            if active
            else f"{value:.4g} {point.unit}, within its limits again"
        )
        limits = {"low": point.low, "high": point.high}
        self._happened(
            EventKind.LIMIT, self._source(point), Severity.ALARM if active else Severity.NOTE,
            f"{point.name}: {text}", condition=word, active=active, value=value,
            **{name: bound for name, bound in limits.items() if np.isfinite(bound)},
        )  # fmt: skip
