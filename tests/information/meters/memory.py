"""A store in memory, as the protocol says, for tests that ask nothing of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np

from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.historian import Aggregation, StoreStats, Written
from rami.core.quality import Family, Reason
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid


class MemoryStore:
    """Values by signal and instant."""

    def __init__(self) -> None:
        self.known: dict[str, Signal] = {}
        self.held: dict[str, dict[int, float]] = {}
        self.written: list[Rows] = []

    def declare(self, signals: Iterable[Signal]) -> None:
        for signal in signals:
            self.known[signal.name] = signal

    def signals(self, pattern: str = "*") -> tuple[Signal, ...]:
        return tuple(s for n, s in sorted(self.known.items()) if fnmatchcase(n, pattern))

    def write(self, rows: Rows) -> Written:
        self.written.append(rows)
        new = duplicates = corrections = 0
        for place, at, value in zip(
            rows.places.tolist(), rows.times.tolist(), rows.values.tolist(), strict=True
        ):
            name = rows.names[place]
            if name not in self.known:
                raise DataError(f"nobody declared {name}")
            held = self.held.setdefault(name, {})
            if at not in held:
                new += 1
            elif held[at] == value:
                duplicates += 1
            else:
                corrections += 1
            held[at] = value
        return Written(new, duplicates, corrections)

    def last(self, names: Sequence[str]) -> Rows:
        raise NotImplementedError

    def rows(
        self, names: Sequence[str], start_ns: int, end_ns: int, *, superseded: bool = False
    ) -> Rows:
        found = [
            (place, at, self.held[name][at])
            for place, name in enumerate(names)
            for at in sorted(self.held.get(name, {}))
            if start_ns <= at < end_ns
        ]
        return Rows(
            tuple(names),
            np.array([f[0] for f in found], np.int32),
            np.array([f[1] for f in found], np.int64),
            np.array([f[2] for f in found], np.float64),
            np.zeros(len(found), np.uint32),
        )

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        values = np.full((grid.count, len(names)), np.nan)
        for column, name in enumerate(names):
            held = sorted(self.held.get(name, {}).items())
            for i in range(grid.count):
                start = grid.start_ns + i * grid.step_ns
                values[i, column] = _value(held, start, start + grid.step_ns, how)
        bad = int(Family.BAD) | int(Reason.MISSING)
        quality = np.where(np.isnan(values), np.uint32(bad), np.uint32(0))
        return Frame(grid, tuple(names), ("",) * len(names), values, quality)

    def aggregate(
        self, names: Sequence[str], grid: TimeGrid, how: Aggregation, across: Aggregation
    ) -> Frame:
        raise NotImplementedError

    def erase(self, names: Sequence[str], before_ns: int | None = None) -> int:
        gone = 0
        unknown = [name for name in names if name not in self.known]
        if unknown:
            raise DataError(f"nobody declared {unknown}")
        for name in names:
            held = self.held.get(name, {})
            old = [at for at in held if before_ns is None or at < before_ns]
            gone += len(old)
            for at in old:
                del held[at]
            if before_ns is None:
                self.held.pop(name, None)
                self.known.pop(name, None)
        return gone

    def compact(self) -> Mapping[str, float]:
        return {}

    def stats(self) -> StoreStats:
        times = [at for held in self.held.values() for at in held]
        return StoreStats(
            "memory", "", len(self.known), len(times), 0,
            min(times, default=None), max(times, default=None),
        )  # fmt: skip

    def close(self) -> None:
        pass


def _value(held: list[tuple[int, float]], start: int, end: int, how: Aggregation) -> float:
    if how is Aggregation.DIFFERENCE:
        before = [v for at, v in held if at <= start]
        upto = [v for at, v in held if at <= end]
        return upto[-1] - before[-1] if before and len(upto) > len(before) else float("nan")
    inside = [v for at, v in held if start <= at < end]
    if how is Aggregation.COUNT:
        return float(len(inside)) if inside else float("nan")
    if not inside:
        return float("nan")
    return sum(inside) / (len(inside) if how is Aggregation.MEAN else 1)
