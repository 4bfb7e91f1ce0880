"""Local calendar of any instants: hour of the day, day type; clock changes included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.timegrid import NS

HOUR_NS = 3600 * NS
DAY_NS = 24 * HOUR_NS
_THURSDAY = 3  # 1 January 1970
#: days that a table of offsets is rounded up to
_TABLE_D = 256

Instants = NDArray[np.int64]

#: day types: working day, Saturday, Sunday or holiday
DAY_TYPES = 3


@dataclass(frozen=True)
class LocalCalendar:
    """What hour and day it is in `zone`; `holidays` are local dates that count as Sundays."""

    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, zone: str, holidays: Iterable[date] = ()) -> LocalCalendar:
        """From a zone's name and dates."""
        return cls(zone, frozenset(holidays))

    def offsets(self, times: Instants) -> Instants:
        """Local time less UTC, nanoseconds, same shape."""
        days = times // DAY_NS
        first = int(days.min()) // _TABLE_D * _TABLE_D
        at = _offsets(self.zone, first, -(-(int(days.max()) + 2) // _TABLE_D) * _TABLE_D)
        shift = at[days - first]
        for place in np.flatnonzero(np.diff(at)):  # days on which the clocks change
            within = days == first + place
            if not within.any():
                continue
            shift[within] = [_offset(self.zone, t // NS) for t in times[within].tolist()]
        return np.asarray(shift * NS)

    def hours(self, times: Instants) -> Values:
        """Local hour of the day, 0 to 24."""
        return np.asarray(((times + self.offsets(times)) % DAY_NS) / HOUR_NS)

    def day_types(self, times: Instants) -> NDArray[np.int64]:
        """0 working day, 1 Saturday, 2 Sunday or holiday."""
        day = (times + self.offsets(times)) // DAY_NS
        weekday = (day + _THURSDAY) % 7
        kind = np.maximum(weekday - 4, 0)
        if self.holidays:
            epoch = date(1970, 1, 1).toordinal()
            kind[np.isin(day, [d.toordinal() - epoch for d in self.holidays])] = 2
        return np.asarray(kind)

    def before(self, times: Instants, days: NDArray[np.int64] | int) -> Instants:
        """The same local time of day some days earlier."""
        there = times - np.asarray(days, np.int64) * DAY_NS
        return np.asarray(there + self.offsets(times) - self.offsets(there))


@lru_cache(maxsize=64)
def _offsets(zone: str, first: int, end: int) -> Instants:
    """Local time less UTC in seconds at the UTC midnights of some days since 1970."""
    table = np.array([_offset(zone, day * 86400) for day in range(first, end)], np.int64)
    table.setflags(write=False)
    return table


@lru_cache(maxsize=4096)
def _offset(zone: str, second: int) -> int:
    there = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(there.total_seconds()) if there else 0
