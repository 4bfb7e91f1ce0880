"""Clock changes: local time written as UTC leaves out an hour in spring, repeats one in autumn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo

import numpy as np

from rami.core.quality import Family, Qualities, Reason
from rami.core.signal import Times
from rami.core.timegrid import NS
from rami.information.quality.check import marked
from rami.information.quality.column import Column

HOUR_NS = 3600 * NS


@dataclass(frozen=True)
class Change:
    """A change of a zone's clock at `utc_ns`: from `before_ns` ahead of UTC to `after_ns`."""

    utc_ns: int
    before_ns: int
    after_ns: int

    @property
    def walls(self) -> tuple[int, int]:
        """The wall times, read as UTC, that are skipped or stand twice."""
        low, high = sorted((self.utc_ns + self.before_ns, self.utc_ns + self.after_ns))
        return low, high


@lru_cache(maxsize=256)
def changes(zone: str, year: int) -> tuple[Change, ...]:
    """The changes of a zone's clock in a year (UTC), to the second."""
    rule = ZoneInfo(zone)

    def ahead(second: int) -> int:
        offset = datetime.fromtimestamp(second, UTC).astimezone(rule).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0

    first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())
    found = []
    for low in range(first, end, 86400):
        high = low + 86400
        was, will = ahead(low), ahead(high)
        if was == will:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if ahead(middle) == was else (low, middle)
        found.append(Change(high * NS, was * NS, will * NS))
    return tuple(found)


@dataclass(frozen=True)
class Clock:
    """Stamps that are read as UTC but follow the clock of `zone`.

    Repeated: the wall times of an autumn change all stand twice; or, at any date with steps
    below an hour, exactly one hour of stamps stands twice, with different values. Skipped: the
    wall times of a spring change, and no more, are absent, unless an autumn change within the
    rows is not repeated; or, at any date with steps below an hour, exactly one hour is absent
    before or after one that stands twice. Must stand before `Duplicate` in a chain.
    """

    zone: str = "Europe/Berlin"
    reason: ClassVar[Reason] = Reason.CLOCK

    def marks(self, column: Column) -> Qualities:
        """Uncertain: both passes of a repeated hour, the first row after a skipped one."""
        out = np.zeros(len(column), bool)
        for low, high in self._repeated(column):
            first, last = np.searchsorted(column.times, (low, high))
            out[first:last] = True
        for end in self._skipped(column):
            out[int(np.searchsorted(column.times, end))] = True
        return marked(out, Family.UNCERTAIN, self.reason)

    def mended(self, column: Column) -> Times:
        """Times as UTC where the stamps follow the zone's clock; else the times given.

        Of a repeated hour the first of two rows counts as the one before the change.
        """
        t = column.times
        found = [c for c in self._changes(column) if self._follows(column, c)]
        if not found:
            return t
        every = self._changes(column, 1)
        walls = np.array([c.utc_ns + max(c.before_ns, c.after_ns) for c in every])
        ahead = np.array([every[0].before_ns, *(c.after_ns for c in every)], np.int64)
        offset = ahead[np.searchsorted(walls, t, "right")]
        second = np.zeros(len(t), bool)
        second[1:] = t[1:] == t[:-1]
        for change in found:
            low, high = change.walls
            if change.after_ns < change.before_ns:
                offset[second & (t >= low) & (t < high)] = change.after_ns
        return np.asarray(t - offset)

    def _changes(self, column: Column, margin: int = 0) -> list[Change]:
        if len(column) < 2:
            return []
        years = column.times[[0, -1]] // (NS * 31_556_952) + 1970
        within = range(int(years[0]) - margin, int(years[1]) + margin + 1)
        found = [c for year in within for c in changes(self.zone, year)]
        low, high = int(column.times[0]), int(column.times[-1])
        return found if margin else [c for c in found if low < c.walls[0] and c.walls[1] <= high]

    def _follows(self, column: Column, change: Change) -> bool:
        low, high = change.walls
        first, last = np.searchsorted(column.times, (low, high))
        period = column.period_ns
        if period <= 0 or (high - low) % period:
            return False
        if change.after_ns > change.before_ns:
            step = int(column.times[last] - column.times[first - 1])
            return first == last and step == high - low + period
        stamps, often = np.unique(column.times[first:last], return_counts=True)
        return len(stamps) == (high - low) // period and bool(np.all(often == 2))

    def _repeated(self, column: Column) -> list[tuple[int, int]]:
        if len(column) < 2 or not bool(np.any(column.times[1:] == column.times[:-1])):
            return []
        found = {
            c.walls
            for c in self._changes(column)
            if c.after_ns < c.before_ns and self._follows(column, c)
        }
        return sorted(found | set(_doubled_hours(column)))

    def _skipped(self, column: Column) -> list[int]:
        period = column.period_ns
        jumps = np.flatnonzero(np.diff(column.times) == period + HOUR_NS)
        if not period or not len(jumps):
            return []
        autumns = [c for c in self._changes(column) if c.after_ns < c.before_ns]
        found = set()
        if all(self._follows(column, c) for c in autumns):
            springs = [c for c in self._changes(column) if c.after_ns > c.before_ns]
            found = {c.walls[1] for c in springs if self._follows(column, c)}
        if period < HOUR_NS and _doubled_hours(column):
            found |= {int(column.times[at + 1]) for at in jumps}
        return sorted(found)


def _doubled_hours(column: Column) -> list[tuple[int, int]]:
    """Spans of exactly an hour whose stamps all stand twice with values that differ."""
    period = column.period_ns
    if not 0 < period < HOUR_NS or HOUR_NS % period:
        return []
    t, x = column.times, column.values
    stamps, first, often = np.unique(t, return_index=True, return_counts=True)
    twice = np.flatnonzero(often == 2)
    if not len(twice):
        return []
    cuts = np.flatnonzero(np.diff(stamps[twice]) != period) + 1
    found = []
    for block in np.split(twice, cuts):
        at = first[block]
        if len(block) == HOUR_NS // period and bool(np.any(x[at] != x[at + 1])):
            found.append((int(stamps[block[0]]), int(stamps[block[-1]]) + period))
    return found
