"""What a batch means for each signal and instant, before and beside what is stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Batch:
    """Columns of equal length; `signal` are the store's numbers, `status` the int4 of it."""

    signal: NDArray[np.int32]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    status: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.at)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Batch:
        """Some of the rows."""
        return Batch(self.signal[chosen], self.at[chosen], self.value[chosen], self.status[chosen])

    def joined(self, other: Batch) -> Batch:
        """These rows, then others."""
        return Batch(
            np.concatenate([self.signal, other.signal]),
            np.concatenate([self.at, other.at]),
            np.concatenate([self.value, other.value]),
            np.concatenate([self.status, other.status]),
        )

    def order(self) -> NDArray[np.intp]:
        """By signal and time; rows of one instant stay in the order of arrival."""
        return np.lexsort((self.at, self.signal))

    def follows(self) -> Flags:
        """Where a row has the signal and instant of the row before it (rows in order)."""
        return _after_first(
            (self.signal[1:] == self.signal[:-1]) & (self.at[1:] == self.at[:-1]), len(self)
        )

    def repeats(self) -> Flags:
        """Where a row says what the row before it says of the same instant."""
        same = alike(self.value[1:], self.value[:-1]) & (self.status[1:] == self.status[:-1])
        return np.asarray(self.follows() & _after_first(same, len(self)))


def alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> Flags:
    """Equal numbers, or no value on both sides."""
    return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))


def _after_first(flags: Flags, count: int) -> Flags:
    whole = np.zeros(count, np.bool_)
    whole[1:] = flags
    return whole


@dataclass(frozen=True)
class Course:
    """Rows of a batch and those stored at the same places, in order, without repeats."""

    rows: Batch
    stored: Flags

    @classmethod
    def of(cls, batch: Batch, held: Batch) -> Course:
        """`held` come first at their instants, as they were written first."""
        both = held.joined(batch) if len(held) else batch
        order = both.order()
        ordered, stored = both.where(order), order < len(held)
        kept = ~ordered.repeats()
        return cls(ordered.where(kept), stored[kept])

    @property
    def holds(self) -> Flags:
        """The rows that hold in the end: the last of each signal and instant."""
        ends = np.ones(len(self.rows), np.bool_)
        ends[:-1] = ~self.rows.follows()[1:]
        return ends

    @property
    def over_stored(self) -> Flags:
        """The rows whose signal and instant had a row in the store."""
        place = np.cumsum(~self.rows.follows()) - 1
        had = np.bincount(place, self.stored, minlength=len(place))
        return np.asarray(had[place] > 0)
