"""Local calendar of a UTC year: what loads and prices follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, instant

HOUR_S = 3600
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True)
class Calendar:
    """Local time of each hour of a UTC year; arrays of shape (hours,).

    `hour` 0 to 23, `weekday` 0 = Monday, `season` 0 to 1 through the year (0 = 1 January).
    No public holidays.
    """

    grid: TimeGrid
    hour: NDArray[np.int64]
    weekday: NDArray[np.int64]
    season: Values

    def quarters(self) -> Calendar:
        """The same per quarter of an hour."""
        return Calendar(
            self.grid.with_step(HOUR_S / 4),
            np.repeat(self.hour, 4),
            np.repeat(self.weekday, 4),
            np.repeat(self.season, 4),
        )


@lru_cache(maxsize=16)
def calendar(year: int, zone: str) -> Calendar:
    """The calendar of a UTC year in a zone."""
    start = instant(datetime(year, 1, 1, tzinfo=UTC)) // 10**9
    hours = (instant(datetime(year + 1, 1, 1, tzinfo=UTC)) // 10**9 - start) // HOUR_S
    utc = start + HOUR_S * np.arange(hours, dtype=np.int64)
    local = utc + _offsets(utc, ZoneInfo(zone))
    return Calendar(
        TimeGrid(int(start) * 10**9, HOUR_S * 10**9, int(hours)),
        (local // HOUR_S) % 24,
        (local // 86400 + _EPOCH_WEEKDAY) % 7,
        (utc - start) / (HOUR_S * hours),
    )


def _offsets(utc: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    moments = [datetime.fromtimestamp(s, zone).utcoffset() for s in utc.tolist()]
    return np.array([int(m.total_seconds()) if m else 0 for m in moments], np.int64)
