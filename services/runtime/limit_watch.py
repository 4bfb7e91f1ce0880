"""Measured points beyond their limits, told as conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rami.core.event import Event, EventKind, Severity
from rami.core.points import PointIndex
from rami.core.timegrid import NS
from rami.integration.alarm_limits import LEVELS, AlarmLimit
from services.runtime.beside import Happened

Held = Mapping[tuple[str, str], tuple[Event, bool]]
_SEVERITY = {"low_low": Severity.DANGER, "high_high": Severity.DANGER}
_Mask = NDArray[np.bool_]


class LimitWatch:
    """Looks at the outputs of one twin after every step; values that are missing change nothing.

    Each level of a point is a condition of its own. A value is told when it was outside for the
    limit's delay, by `clock` (UTC ns), and ends when it is back inside by the deadband. `held`
    tells the conditions that hold, for a run that is resumed.
    """

    def __init__(
        self,
        twin: str,
        outputs: PointIndex,
        limits: Sequence[AlarmLimit],
        happened: Happened,
        held: Callable[[], Held],
        clock: Callable[[], int],
    ) -> None:
        self._twin, self._happened, self._held, self._clock = twin, happened, held, clock
        self._all = [
            (limit, level)
            for limit in limits
            for level in LEVELS
            if level in limit.levels and limit.point.name in outputs
        ]
        names = [limit.point.name for limit, _ in self._all]
        self._places = outputs.places(names)
        #: values and limits are turned so that outside is above
        self._sign = np.array([1.0 if "high" in level else -1.0 for _, level in self._all])
        self._edge = self._sign * [limit.levels[level] for limit, level in self._all]
        self._back = self._edge - [limit.deadband for limit, _ in self._all]
        self._delay = np.array([round(limit.delay_s * NS) for limit, _ in self._all], np.int64)
        self._active: _Mask | None = None
        #: since when a value has been outside that is not told yet; 0: it is not
        self._since = np.zeros(len(self._all), np.int64)

    def look(self, values: NDArray[np.float64]) -> None:
        """The outputs after a step, in canonical units."""
        if not self._all:
            return
        if self._active is None:
            held = {key for key, (event, _) in self._held().items() if event.active}
            keys = [(self._source(limit), level) for limit, level in self._all]
            self._active = np.array([key in held for key in keys])
        now_ns, told = self._clock(), values[self._places]
        turned = self._sign * told
        known = np.isfinite(turned)
        outside = known & (turned > self._edge)
        self._since = np.where(outside, np.where(self._since > 0, self._since, now_ns), 0)
        due = outside & (now_ns - self._since >= self._delay)
        active = np.where(self._active, ~known | (turned > self._back), due)
        for at in np.flatnonzero(active != self._active).tolist():
            self._tell(*self._all[at], float(told[at]), active=bool(active[at]))
        self._active = active

    def _source(self, limit: AlarmLimit) -> str:
        return f"{self._twin}.{limit.point.name}"

    def _tell(self, limit: AlarmLimit, level: str, value: float, *, active: bool) -> None:
        point, bound = limit.point, limit.levels[level]
        side = "above" if "high" in level else "below"
        text = (
            f"{value:.4g} {point.unit}, {side} its limit of {bound:.4g}"
            if active
            else f"{value:.4g} {point.unit}, within its limits again"
        )
        raised = _SEVERITY.get(level, Severity.ALARM)
        self._happened(
            EventKind.LIMIT, self._source(limit), raised if active else Severity.NOTE,
            f"{point.name}: {text}", condition=level, active=active, value=value,
            **limit.levels,
        )  # fmt: skip
