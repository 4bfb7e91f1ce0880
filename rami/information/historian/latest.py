"""The latest row of each signal, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError, Problem
from rami.core.signal import Rows
from rami.core.wording import did_you_mean

_NEVER = np.iinfo(np.int64).min


class Latest:
    """Columns by place of a signal; safe to use from several threads."""

    def __init__(self, rows: Rows) -> None:
        self._lock = Lock()
        self._place: dict[str, int] = {}
        self._times = np.empty(0, np.int64)
        self._values = np.empty(0)
        self._status = np.empty(0, np.uint32)
        self._asked: tuple[tuple[str, ...], NDArray[np.intp]] = ((), np.empty(0, np.intp))
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
        asked, found = self._asked
        if asked is names:
            return found
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
            self._asked = (names, found)
        return found

    def see(self, rows: Rows) -> None:
        """Take in rows in any order; of one instant the last."""
        if not len(rows):
            return
        places = self.places(rows.names)[rows.places]
        times = rows.times
        by_time = (
            slice(None) if np.all(times[1:] >= times[:-1]) else np.argsort(times, kind="stable")
        )
        with self._lock:
            newer = times[by_time] >= self._times[places[by_time]]
            at = places[by_time][newer]
            # where a place stands several times, numpy keeps the last
            self._times[at] = times[by_time][newer]
            self._values[at] = rows.values[by_time][newer]
            self._status[at] = rows.status[by_time][newer]

    def rows(self, names: Sequence[str]) -> Rows:
        """Of signals that have one."""
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
