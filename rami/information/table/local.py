"""Local time as UTC, clock changes included.

In autumn the repeated hour is told apart by order: its first occurrence is summer time, also where
the two have no stamp in common. In spring the hour that is left out has no instant. Nothing is ever
sorted or shifted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from rami.core.timegrid import NS, instant
from rami.information.table.faults import Faults
from rami.information.table.raster import Stamps

_DAY_S = 86400


def named_zone(name: str, faults: Faults) -> tzinfo | None:
    """The zone of a name; None with a fault when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        faults.add("zone", None, f"no time zone {name!r}", "e.g. UTC, Europe/Berlin")
        return None


def shifts(local_s: Stamps, zone: tzinfo | None) -> tuple[Stamps, NDArray[np.bool_]]:
    """Offset from UTC in s per local time, and where it is beyond doubt: no clock change that day.

    `local_s` are seconds since 1970 as the clock on the wall shows them.
    """
    if zone is None:
        return np.zeros(len(local_s), np.int64), np.zeros(len(local_s), bool)
    days, which = np.unique(local_s // _DAY_S, return_inverse=True)
    shift = np.zeros(len(days), np.int64)
    clear = np.zeros(len(days), bool)
    for i, day in enumerate(days.tolist()):
        begin = datetime(1970, 1, 1, tzinfo=zone) + timedelta(days=day)
        offsets = [_seconds(begin + timedelta(hours=h)) for h in (0, 24)]
        shift[i], clear[i] = offsets[0], offsets[0] == offsets[1]
    return shift[which], clear[which]


@dataclass
class _Hour:
    """What came of one repeated hour: the last local time, all of them, whether it comes again."""

    last: datetime
    seen: set[datetime] = field(default_factory=set)
    again: bool = False


class RepeatedHours:
    """Local times of repeated hours that came before, each in its group of rows that follow each
    other in time (a signal, an issue)."""

    def __init__(self) -> None:
        self._hours: dict[tuple[date, object], _Hour] = {}

    def again(self, moment: datetime, group: object, shift: timedelta) -> bool:
        """Whether the hour comes for the second time, to be asked in the order of the rows.

        From a step back by half the shift on; before that for a time that was there, but a row
        that only repeats the one above it.
        """
        hour = self._hours.setdefault((moment.date(), group), _Hour(moment))
        if hour.last - moment >= shift / 2:
            hour.again = True
        doubled = moment == hour.last and len(hour.seen) > 1
        found = hour.again or (moment in hour.seen and not doubled)
        hour.seen.add(moment)
        hour.last = moment
        return found


def localise(
    moment: datetime, zone: tzinfo | None, hours: RepeatedHours, group: object = None
) -> datetime | None:
    """The aware instant of local time; None where there is no such instant.

    `hours` is what came before, and is added to.
    """
    if zone is None:
        return None
    early, late = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    before, after = early.utcoffset() or timedelta(), late.utcoffset() or timedelta()
    if before == after:
        return early
    if before < after:
        return None
    return late if hours.again(moment, group, before - after) else early


def utc(
    local_ns: Stamps, zone: tzinfo, groups: NDArray[np.int64] | None = None
) -> tuple[Stamps, NDArray[np.bool_]]:
    """UTC nanoseconds of local ones, in the order of the rows, and where there is an instant.

    `groups` tells which rows follow each other in time (those of one signal, of one issue).
    """
    shift, clear = shifts(local_ns // NS, zone)
    stamps = local_ns - shift * NS
    exists = np.ones(len(stamps), bool)
    hours = RepeatedHours()
    for i in np.flatnonzero(~clear).tolist():
        whole, rest = divmod(int(local_ns[i]), 1000)
        moment = datetime(1970, 1, 1) + timedelta(microseconds=whole)  # noqa: DTZ001  zone follows
        group = None if groups is None else int(groups[i])
        aware = localise(moment, zone, hours, group)
        exists[i] = aware is not None
        if aware is not None:
            stamps[i] = instant(aware) + rest
    return stamps, exists


def _seconds(moment: datetime) -> int:
    return round((moment.utcoffset() or timedelta()).total_seconds())
