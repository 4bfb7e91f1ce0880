"""Signal: what a historian keeps by name; rows of signals, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Frame
from rami.core.quality import Qualities, good
from rami.core.units import unit_of

#: parts a signal's name from the stage that it was derived in
STAGE = "@"

Times = NDArray[np.int64]
Places = NDArray[np.int32]


@dataclass(frozen=True)
class Signal:
    """A named series of one quantity (`rami.core.units.CANONICAL`).

    Names: points by site path (`hts.hex_hnht.P`), external series as their sources call them
    (`temp_air`), meters by pseudonym. What is derived from a raw signal has a name of its own,
    `<name>@<stage>` (`@clean`, `@model`, `@forecast`), so that raw rows are never touched.
    """

    name: str
    quantity: str
    cumulative: bool = False
    description: str = ""

    @property
    def unit(self) -> str:
        """Canonical unit."""
        return unit_of(self.quantity)

    def derived(self, stage: str) -> Signal:
        """The signal of another stage, e.g. `clean`."""
        return replace(self, name=f"{self.name.partition(STAGE)[0]}{STAGE}{stage}")


@dataclass(frozen=True)
class Rows:
    """Rows of several signals, four columns of one length.

    `names` are the signals; `places` (int32) index into them; `times` are UTC nanoseconds at
    the source; `values` are float64 in canonical units (NaN: no value); `status` is
    `rami.core.quality`. No order is promised unless a function says so.
    """

    names: tuple[str, ...]
    places: Places
    times: Times
    values: NDArray[np.float64]
    status: Qualities

    def __post_init__(self) -> None:
        count = len(self.places)
        if not count == len(self.times) == len(self.values) == len(self.status):
            raise ValueError("columns of rows differ in length")

    def __len__(self) -> int:
        return len(self.places)

    @classmethod
    def none(cls, names: Sequence[str] = ()) -> Rows:
        """No rows."""
        return cls(
            tuple(names),
            np.empty(0, np.int32),
            np.empty(0, np.int64),
            np.empty(0, np.float64),
            np.empty(0, np.uint32),
        )

    @classmethod
    def of_series(
        cls, name: str, times: Times, values: NDArray[np.float64], status: Qualities | None = None
    ) -> Rows:
        """One signal's rows."""
        count = len(times)
        grade = good(count) if status is None else status
        return cls((name,), np.zeros(count, np.int32), times, values, grade)

    @classmethod
    def of_frame(cls, frame: Frame) -> Rows:
        """A frame's columns as signals, one row per interval at its start, signal by signal."""
        count, width = frame.values.shape
        return cls(
            frame.names,
            np.repeat(np.arange(width, dtype=np.int32), count),
            np.tile(frame.grid.times(), width),
            np.ascontiguousarray(frame.values.T).ravel(),
            np.ascontiguousarray(frame.quality.T).ravel(),
        )

    @classmethod
    def at(
        cls, names: tuple[str, ...], ns: int, values: NDArray[np.float64], status: Qualities
    ) -> Rows:
        """One row per signal at one instant: what a cycle of a live loop appends."""
        count = len(names)
        return cls(
            names, np.arange(count, dtype=np.int32), np.full(count, ns, np.int64), values, status
        )

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """Some of the rows."""
        return Rows(
            self.names,
            self.places[chosen],
            self.times[chosen],
            self.values[chosen],
            self.status[chosen],
        )

    def series(self) -> Iterator[tuple[str, Rows]]:
        """Each signal that has rows, with its rows by time (stable for equal times)."""
        order = np.lexsort((self.times, self.places))
        edges = np.flatnonzero(np.diff(self.places[order])) + 1
        for part in np.split(order, edges):
            if len(part):
                name = self.names[int(self.places[part[0]])]
                yield (
                    name,
                    Rows.of_series(name, self.times[part], self.values[part], self.status[part]),
                )
