"""The newest row of each signal, by number."""

from __future__ import annotations

import numpy as np

from adapters.stores.duckdb.block import Block, Ids

#: time of a signal without rows
NEVER = np.iinfo(np.int64).min


class Newest:
    """Three columns by number of signal; `times` is NEVER where there is no row."""

    def __init__(self, count: int = 0) -> None:
        self.times = np.full(count, NEVER, np.int64)
        self.values = np.full(count, np.nan)
        self.status = np.zeros(count, np.uint32)

    def reach(self, count: int) -> None:
        """Make room for numbers below `count`."""
        more = Newest(max(0, count - len(self.times)))
        self.times = np.concatenate([self.times, more.times])
        self.values = np.concatenate([self.values, more.values])
        self.status = np.concatenate([self.status, more.status])

    def see(self, block: Block) -> None:
        """Take in rows that were kept, sorted by (signal, time) and order of writing."""
        if not len(block):
            return
        ends = np.append(np.flatnonzero(np.diff(block.ids)), len(block) - 1)
        ids, times = block.ids[ends], block.times[ends]
        newer = times >= self.times[ids]
        ids, ends = ids[newer], ends[newer]
        self.times[ids] = times[newer]
        self.values[ids] = block.values[ends]
        self.status[ids] = block.status[ends]

    def without(self, ids: Ids | None, before_ns: int | None) -> Newest:
        """After rows of signals (None: all) before an instant (None: ever) were removed."""
        left = Newest()
        left.times = self.times.copy()
        gone = np.arange(len(self.times)) if ids is None else ids
        if before_ns is not None:
            gone = gone[self.times[gone] < before_ns]
        left.times[gone] = NEVER
        left.values, left.status = self.values.copy(), self.status.copy()
        left.values[gone] = np.nan
        left.status[gone] = 0
        return left

    @property
    def last_ns(self) -> int | None:
        """Of all signals."""
        top = int(self.times.max()) if len(self.times) else NEVER
        return None if top == NEVER else top

    def as_bytes(self) -> bytes:
        """For the file."""
        return self.times.tobytes() + self.values.tobytes() + self.status.tobytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> Newest:
        """From the file."""
        count = len(content) // 20
        newest = cls()
        newest.times = np.frombuffer(content, np.int64, count).copy()
        newest.values = np.frombuffer(content, np.float64, count, 8 * count).copy()
        newest.status = np.frombuffer(content, np.uint32, count, 16 * count).copy()
        return newest
