"""Historian and store: what keeps rows of signals, and what is asked of it.

A `Store` is synchronous and durable: an adapter per database. The `Historian` in front of it
takes rows from a running loop without ever making it wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Frame
from rami.core.quality import Qualities
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid


class Aggregation(StrEnum):
    """How the rows of an interval become one value; rows of bad status do not count.

    `MEAN` is that of the rows, unweighted. `DIFFERENCE` is the growth of a register: its last
    value up to the interval's end less its last value up to the interval's start.
    """

    MEAN = "mean"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    LAST = "last"
    COUNT = "count"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Written:
    """What became of rows: `new`, exact `duplicates` (dropped), `corrections` (a later value for
    an instant that had one; the earlier is kept as superseded), `late` (older than the newest
    of their signal; counted in `new` too), `refused` with the reason."""

    new: int = 0
    duplicates: int = 0
    corrections: int = 0
    late: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class StoreStats:
    """What a store holds. `bytes` are on disk, indexes and log included."""

    kind: str
    place: str
    signals: int
    rows: int
    bytes: int
    first_ns: int | None
    last_ns: int | None
    months: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def bytes_per_row(self) -> float:
        """Bytes on disk per row; NaN when empty."""
        return self.bytes / self.rows if self.rows else float("nan")


@runtime_checkable
class Store(Protocol):
    """Keeps rows durably. Every call is all or nothing; what it returned from is on disk.

    Raises DataError for signals nobody declared or names that contradict, UnreachableError when
    the database cannot be reached or is locked by another process, RunError when the disk is full.
    """

    def declare(self, signals: Iterable[Signal]) -> None:
        """Make signals known; again is no error. DataError when quantity or register differ."""

    def signals(self, pattern: str = "*") -> tuple[Signal, ...]:
        """Signals whose name fits a shell pattern, by name."""

    def write(self, rows: Rows) -> Written:
        """Keep rows of declared signals."""

    def last(self, names: Sequence[str]) -> Rows:
        """The latest row of each signal that has any."""

    def rows(
        self, names: Sequence[str], start_ns: int, end_ns: int, *, superseded: bool = False
    ) -> Rows:
        """Rows in [start, end) by place in `names`, then time; corrected rows only on request."""

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        """Signals on a grid; an interval without rows is NaN, bad and MISSING."""

    def aggregate(
        self, names: Sequence[str], grid: TimeGrid, how: Aggregation, across: Aggregation
    ) -> Frame:
        """One column `value`: each signal per interval by `how`, then all of them by `across`.

        The second column `signals` counts those that had rows.
        """

    def erase(self, names: Sequence[str], before_ns: int | None = None) -> int:
        """Remove signals, or their rows before an instant, for good; rows removed.

        On return no file of the store holds them any more.
        """

    def compact(self) -> Mapping[str, float]:
        """Close finished months, drop what retention says, give space back; figures of it."""

    def stats(self) -> StoreStats:
        """What it holds."""

    def close(self) -> None:
        """Let go of files and connections."""


@runtime_checkable
class Historian(Protocol):
    """What the layers and a running loop see."""

    def declare(self, signals: Iterable[Signal]) -> None:
        """As in Store."""

    def append(self, rows: Rows) -> int:
        """Take rows without waiting; a ticket for `settled`. Full queue: counted, by rule."""

    def append_at(
        self, names: tuple[str, ...], ns: int, values: NDArray[np.float64], status: Qualities
    ) -> int:
        """One row per signal at one instant, as `append`: what a cycle of a live loop brings."""

    def settled(self, ticket: int, timeout_s: float | None = None) -> bool:
        """Wait until what `append` took is durable. Raises what the store raised for it."""

    def last(self, names: Sequence[str]) -> Rows:
        """Latest rows, from memory: those appended count at once."""

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        """As in Store, over what is durable."""

    def aggregate(
        self, names: Sequence[str], grid: TimeGrid, how: Aggregation, across: Aggregation
    ) -> Frame:
        """As in Store."""
