"""Time stamps: the few distinct ones of a block, and the hour that comes twice in autumn."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rami.core.timegrid import instant

_GERMAN = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M")

#: years that meters' readings can be of
_FIRST, _LAST = 1980, 2199

Times = NDArray[np.int64]


class Stamps:
    """Reads stamps of one dataset. `first` and `second` are a stamp's two instants (UTC ns);
    they differ only where clocks were put back."""

    def __init__(self, zone: str | None, pattern: str | None) -> None:
        self._zone = ZoneInfo(zone) if zone else None
        self._pattern = pattern
        self._known: dict[bytes, tuple[int, int] | str] = {}
        self._again: dict[int, NDArray[np.bool_]] = {}

    def read(self, cells: list[bytes]) -> tuple[Times, Times, list[str]]:
        """First and second instant of distinct cells, and for each what is wrong ("": nothing)."""
        first, second = np.zeros(len(cells), np.int64), np.zeros(len(cells), np.int64)
        wrong = [""] * len(cells)
        for i, cell in enumerate(cells):
            found = self._known.get(cell)
            if found is None:
                found = self._known[cell] = self._read(cell)
            if isinstance(found, str):
                wrong[i] = found
            else:
                first[i], second[i] = found
        return first, second, wrong

    def ordered(self, first: Times, second: Times, meters: NDArray[np.int64]) -> Times:
        """The instants of rows: of a stamp that comes twice for a meter, the later is later."""
        times = first.copy()
        twice = np.flatnonzero(first != second)
        for stamp in np.unique(first[twice]):
            rows = twice[first[twice] == stamp]
            order = np.argsort(meters[rows], kind="stable")
            sorted_meters = meters[rows][order]
            repeated = np.zeros(len(rows), np.bool_)
            repeated[order[1:]] = sorted_meters[1:] == sorted_meters[:-1]
            seen = self._again.get(int(stamp), np.zeros(0, np.bool_))
            need = int(sorted_meters[-1]) + 1
            if need > len(seen):
                seen = np.concatenate((seen, np.zeros(need - len(seen), np.bool_)))
            repeated |= seen[meters[rows]]
            seen[meters[rows]] = True
            self._again[int(stamp)] = seen
            times[rows[repeated]] = second[rows[repeated]]
        return times

    def new_file(self) -> None:
        """The next file may repeat stamps of the one before."""
        self._again.clear()

    def _read(self, cell: bytes) -> tuple[int, int] | str:
        # the cell itself stays untold: in a file with shifted columns it may be a meter's number
        moment = _parsed(cell.decode("latin-1"), self._pattern)
        if moment is None:
            return "is not a time stamp"
        if not _FIRST <= moment.year <= _LAST:
            return f"is not between the years {_FIRST} and {_LAST}"
        if moment.tzinfo is not None:
            at = instant(moment)
            return at, at
        if self._zone is None:
            return "a time stamp without zone; declare files.zone"
        early = moment.replace(tzinfo=self._zone, fold=0).astimezone(UTC)
        late = moment.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        if early.astimezone(self._zone).replace(tzinfo=None) != moment:
            return "an hour that the change of clocks leaves out"
        return instant(early), instant(late)


def _parsed(text: str, pattern: str | None) -> datetime | None:
    if pattern:
        return _by_pattern(text, pattern)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        tries = (_by_pattern(text, german) for german in _GERMAN)
        return next((found for found in tries if found is not None), None)


def _by_pattern(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is declared apart
    except ValueError:
        return None
