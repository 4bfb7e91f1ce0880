"""The latest row of each signal, in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError, Problem
from rami.core.signal import Rows
from rami.core.wording import did_you_mean
from rami.information.historian.batch import Appended, spread

_NEVER = np.iinfo(np.int64).min


#: appends that may wait to be looked through, tuples of names that are remembered
_WAITING = 256
_REMEMBERED = 64


class Latest:
    """Columns by place of a signal; safe to use from several threads.

    `see` only takes note of rows; who asks, or `settle`, looks them through.
    """

    def __init__(self, rows: Rows) -> None:
        self._lock = Lock()
        self._place: dict[str, int] = {}
        self._times = np.empty(0, np.int64)
        self._values = np.empty(0)
        self._status = np.empty(0, np.uint32)
        self._asked: dict[int, tuple[tuple[str, ...], NDArray[np.intp]]] = {}
        self._seen: deque[Appended] = deque()
        self.know(rows.names)
        self.see(rows)

    def know(self, names: Iterable[str]) -> None:
        """Make room for signals."""
        with self._lock:
            for name in names:
                self._place.setdefault(name, len(self._place))
            more = len(self._place) - len(self._times)
            self._times = np.append(self._times, np.full(more, _NEVER, np.int64))
            self._values = np.append(self._values, np.full(more, np.nan))
            self._status = np.append(self._status, np.zeros(more, np.uint32))

    def places(self, names: Sequence[str]) -> NDArray[np.intp]:
        """Places of signals; DataError names every one that was not declared."""
        asked = self._asked.get(id(names))
        if asked is not None and asked[0] is names:
            return asked[1]
        unknown = [n for n in dict.fromkeys(names) if n not in self._place]
        if unknown:
            hints = (did_you_mean(n, self._place) for n in unknown[:20])
            raise DataError(
                [
                    Problem("", f"no signal {n!r} was declared", hint)
                    for n, hint in zip(unknown[:20], hints, strict=True)
                ]
            )
        found = np.array([self._place[n] for n in names], np.intp)
        if isinstance(names, tuple):  # a loop appends the same names again and again
            if len(self._asked) >= _REMEMBERED:
                self._asked = {}
            self._asked[id(names)] = (names, found)
        return found

    def see(self, rows: Appended) -> None:
        """Take in rows in any order; of one instant the last. DataError as `places`."""
        self.places(rows.names)
        self._seen.append(rows)
        if len(self._seen) > _WAITING:
            self.settle()

    def settle(self) -> None:
        """Look through what was taken in."""
        with self._lock:
            while self._seen:
                self._look(spread(self._seen.popleft()))

    def _look(self, rows: Rows) -> None:
        if not len(rows):
            return
        places, times = self.places(rows.names)[rows.places], rows.times
        values, status = rows.values, rows.status
        if not np.all(times[1:] >= times[:-1]):
            by_time = np.argsort(times, kind="stable")
            places, times = places[by_time], times[by_time]
            values, status = values[by_time], status[by_time]
        newer = times >= self._times[places]
        if not newer.all():
            places, times = places[newer], times[newer]
            values, status = values[newer], status[newer]
        # where a place stands several times, numpy keeps the last
        self._times[places] = times
        self._values[places] = values
        self._status[places] = status

    def rows(self, names: Sequence[str]) -> Rows:
        """Of signals that have one."""
        self.settle()
        places = self.places(names)
        with self._lock:
            there = np.flatnonzero(self._times[places] != _NEVER)
            at = places[there]
            return Rows(
                tuple(names),
                there.astype(np.int32),
                self._times[at],
                self._values[at],
                self._status[at],
            )
