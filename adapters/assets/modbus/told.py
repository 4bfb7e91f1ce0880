"""What was last told of every point: written by the reading thread, read by anyone."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np

from rami.asset.live import Observation
from rami.core.quality import Family, Reason, quality

MISSING = np.uint32(quality(Family.BAD, Reason.MISSING))
_STALE = np.uint32(quality(Family.BAD, Reason.STALE))
_REASONS = np.uint32(0x0000_FFFF)


class Told:
    """Values, qualities and times of `count` places; STALE and bad `stale_ns` after the time."""

    def __init__(self, count: int, stale_ns: int) -> None:
        self._lock = Lock()
        self._values = np.full(count, np.nan)
        self._quality = np.full(count, MISSING, np.uint32)
        self._times = np.zeros(count, np.int64)
        self._stale_ns = stale_ns

    def take(self, places: Sequence[int], values: Sequence[float], at_ns: int) -> None:
        """Good values. One that is not finite says that there is none: the last one stays."""
        at, new = np.asarray(places, np.intp), np.asarray(values, np.float64)
        known = np.isfinite(new)
        with self._lock:
            self._values[at[known]] = new[known]
            self._quality[at[known]] = 0
            self._times[at[known]] = at_ns
            self._quality[at[~known]] = MISSING

    def fail(self, places: Sequence[int]) -> None:
        """The device has no value for some places; what they told last stays."""
        with self._lock:
            self._quality[list(places)] = MISSING

    def observation(self, now_ns: int) -> Observation:
        """As it is known."""
        with self._lock:
            values, found = self._values.copy(), self._quality.copy()
            times = self._times.copy()
        stale = (times > 0) & (now_ns - times >= self._stale_ns)
        found[stale] = (found[stale] & _REASONS) | _STALE
        return Observation(values, found, times)
