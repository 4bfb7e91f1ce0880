"""Rows by number of signal, sorted: what the log, the memory and a part hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
Times = NDArray[np.int64]

_SMALL = 1 << 16  # numpy sorts 16-bit keys by radix, several times faster


@dataclass(frozen=True)
class Block:
    """Columns of one length, by (signal, time).

    `step_ns`: no two rows of a signal, in this block or between it and rows kept before it,
    are closer; 0 where nothing is known (late rows).
    """

    ids: Ids
    times: Times
    values: NDArray[np.float64]
    status: NDArray[np.uint32]
    step_ns: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def none(cls) -> Block:
        """No rows."""
        return cls(
            np.empty(0, np.int32),
            np.empty(0, np.int64),
            np.empty(0, np.float64),
            np.empty(0, np.uint32),
        )

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Block:
        """Some of the rows."""
        return Block(
            self.ids[chosen],
            self.times[chosen],
            self.values[chosen],
            self.status[chosen],
            self.step_ns,
        )

    def of(self, ids: Ids | None, start_ns: int, end_ns: int) -> Block:
        """Rows of some signals (sorted numbers; None: all) in [start, end)."""
        found = self
        if ids is not None:
            low = np.searchsorted(self.ids, ids, "left")
            high = np.searchsorted(self.ids, ids, "right")
            found = self.where(_ranges(low, high))
        inside = (found.times >= start_ns) & (found.times < end_ns)
        return found if inside.all() else found.where(inside)

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """As DuckDB sees it."""
        return {
            "signal": self.ids,
            "time": self.times,
            "value": self.values,
            "status": self.status,
        }


def _ranges(low: NDArray[np.intp], high: NDArray[np.intp]) -> NDArray[np.intp]:
    """All indices low[k]..high[k]-1, one range after the other."""
    lengths = high - low
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(low - (ends - lengths), lengths))


def order(ids: Ids, times: Times) -> NDArray[np.intp] | None:
    """The stable order by (signal, time); None where the rows stand so already."""
    if len(ids) < 2:
        return None
    up = np.diff(times) >= 0
    steps = np.diff(ids)
    if bool(((steps > 0) | ((steps == 0) & up)).all()):
        return None
    if up.all():
        return by_signal(ids)
    return np.asarray(np.lexsort((times, ids)))


def by_signal(ids: Ids) -> NDArray[np.intp]:
    """The stable order by signal alone."""
    keys = ids.astype(np.uint16) if int(ids.max()) < _SMALL else ids
    return np.argsort(keys, kind="stable")


def joined(blocks: Sequence[Block]) -> Block:
    """One block of several, given in the order in which they were written."""
    if len(blocks) < 2:
        return blocks[0] if blocks else Block.none()
    step = min(b.step_ns for b in blocks)
    whole = Block(
        np.concatenate([b.ids for b in blocks]),
        np.concatenate([b.times for b in blocks]),
        np.concatenate([b.values for b in blocks]),
        np.concatenate([b.status for b in blocks]),
        step,
    )
    # rows that came in order are later than all before them: sorting by signal is enough
    return whole.where(by_signal(whole.ids) if step else np.lexsort((whole.times, whole.ids)))


def months(times: Times) -> NDArray[np.int64]:
    """Months since 1970 UTC."""
    return times.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)


def by_month(times: Times) -> Iterator[tuple[int, NDArray[np.bool_] | slice]]:
    """Each month that has rows, and which ones."""
    if not len(times):
        return
    first, last = months(np.array([times.min(), times.max()])).tolist()
    if first == last:
        yield first, slice(None)
        return
    each = months(times)
    for month in (first + np.flatnonzero(np.bincount(each - first))).tolist():
        yield month, each == month


def month_start(month: int) -> int:
    """Its first instant."""
    return int(np.datetime64(month, "M").astype("datetime64[ns]").astype(np.int64))


def month_name(month: int) -> str:
    """`2019-01`."""
    return str(np.datetime64(month, "M"))
