"""A store in memory whose writes wait at a gate and fail on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from threading import Event

import numpy as np

from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.historian import Aggregation, StoreStats, Written
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid

Row = tuple[str, int, float]


class GatedStore:
    """Writes pass while `gate` is set; `troubles` are raised first, one per write."""

    def __init__(self) -> None:
        self.gate = Event()
        self.gate.set()
        self.reached = Event()
        self.troubles: list[Exception] = []
        self.forbidden: set[str] = set()
        self.known: dict[str, Signal] = {}
        self.kept: list[Row] = []
        self.writes: list[int] = []
        self.closed = False

    def declare(self, signals: Iterable[Signal]) -> None:
        self.known |= {s.name: s for s in signals}

    def signals(self, pattern: str = "*") -> tuple[Signal, ...]:
        return tuple(self.known[n] for n in sorted(self.known))

    def write(self, rows: Rows) -> Written:
        self.reached.set()
        assert self.gate.wait(30)
        if self.troubles:
            raise self.troubles.pop(0)
        listed = listed_rows(rows)
        if any(name in self.forbidden for name, _, _ in listed):
            raise DataError("no signal of that name any more")
        fresh = [r for r in listed if r not in self.kept]
        self.kept += fresh
        self.writes.append(len(listed))
        return Written(new=len(fresh), duplicates=len(listed) - len(fresh))

    def last(self, names: Sequence[str]) -> Rows:
        latest = {}
        for name, time, value in self.kept:
            if name in names and time >= latest.get(name, (time,))[0]:
                latest[name] = (time, value)
        found = [n for n in names if n in latest]
        return Rows(
            tuple(names),
            np.array([list(names).index(n) for n in found], np.int32),
            np.array([latest[n][0] for n in found], np.int64),
            np.array([latest[n][1] for n in found], float),
            np.zeros(len(found), np.uint32),
        )

    def rows(
        self, names: Sequence[str], start_ns: int, end_ns: int, *, superseded: bool = False
    ) -> Rows:
        raise NotImplementedError

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        units = tuple(self.known[n].unit for n in names)
        return Frame(grid, tuple(names), units, np.zeros((grid.count, len(names))))

    def aggregate(
        self, names: Sequence[str], grid: TimeGrid, how: Aggregation, across: Aggregation
    ) -> Frame:
        return Frame(grid, ("value", "signals"), ("1", "1"), np.zeros((grid.count, 2)))

    def erase(self, names: Sequence[str], before_ns: int | None = None) -> int:
        raise NotImplementedError

    def compact(self) -> Mapping[str, float]:
        raise NotImplementedError

    def stats(self) -> StoreStats:
        raise NotImplementedError

    def close(self) -> None:
        self.closed = True


def listed_rows(rows: Rows) -> list[Row]:
    """(name, time, value) of each row."""
    return [
        (rows.names[p], int(t), float(v))
        for p, t, v in zip(rows.places, rows.times, rows.values, strict=True)
    ]
