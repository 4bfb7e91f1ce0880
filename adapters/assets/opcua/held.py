"""What was last told of every point: written by the link's thread, read by anyone."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from adapters.assets.opcua.status import MISSING
from rami.asset.live import Mask, Observation
from rami.core.quality import Family, Reason, is_bad, quality

_STALE = np.uint32(quality(Family.BAD, Reason.STALE))
_REASONS = np.uint32(0x0000_FFFF)


class Held:
    """Values, qualities and source times of `count` places, and when each was last told.

    A place marked in `dated` grows stale by its source time too, after `source_age_ns`.
    """

    def __init__(self, count: int, stale_ns: int, source_age_ns: int | None, dated: Mask) -> None:
        self._lock = Lock()
        self._values = np.full(count, np.nan)
        self._quality = np.full(count, MISSING, np.uint32)
        self._times = np.zeros(count, np.int64)
        self._told = np.zeros(count, np.int64)
        self._stale_ns, self._source_age_ns = stale_ns, source_age_ns
        self._dated = dated
        #: whether the source's clock cannot be believed
        self.clock_off = False

    def take(
        self,
        places: Sequence[int] | NDArray[np.intp],
        values: Sequence[float],
        qualities: Sequence[int],
        times: Sequence[int],
        now: int,
    ) -> None:
        """New words on some places. Of a bad one the quality counts: value and time stay."""
        at = np.asarray(places, np.intp)
        news, told = np.asarray(qualities, np.uint32), np.asarray(values, np.float64)
        usable = ~is_bad(news)
        when = np.asarray(times, np.int64)
        with self._lock:
            self._quality[at] = news
            self._values[at[usable]] = told[usable]
            self._times[at[usable]] = when[usable]
            self._told[at] = now

    def confirm(self, places: NDArray[np.intp], now: int) -> None:
        """What is known of some places still holds."""
        with self._lock:
            self._told[places] = now

    def missing(self, places: Sequence[int], now: int) -> None:
        """Some places have no node to tell of them."""
        with self._lock:
            self._quality[list(places)] = MISSING
            self._told[list(places)] = now

    def observation(self, chosen: slice, now: int) -> Observation:
        """Some places as they are known `now`."""
        with self._lock:
            values, found = self._values[chosen].copy(), self._quality[chosen].copy()
            times, told = self._times[chosen].copy(), self._told[chosen].copy()
        if self.clock_off:
            found[told > 0] |= np.uint32(Reason.CLOCK)
        stale = (told > 0) & (now - told >= self._stale_ns)
        if self._source_age_ns is not None:
            old = (times > 0) & (now - times >= self._source_age_ns)
            stale |= old & self._dated[chosen]
        found[stale] = (found[stale] & _REASONS) | _STALE
        return Observation(values, found, times)
