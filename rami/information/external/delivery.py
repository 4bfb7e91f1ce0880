"""Values as someone else delivered them, and what they say on a time grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError
from rami.core.frame import NO_ISSUE, Issues, Values
from rami.core.quality import Family, Qualities, Reason, is_bad, quality
from rami.core.timegrid import TimeGrid

Times = NDArray[np.int64]

#: end of a value that holds until another one is issued
OPEN = int(np.iinfo(np.int64).max)
_NOTHING = quality(Family.BAD, Reason.MISSING)
_FAMILY = np.uint32(0xC000_0000)


class NotDelivered(DataError):
    """Series that a source does not have at all: asking for a part of the span is of no use."""


@dataclass(frozen=True)
class Delivery:
    """Values of one series in its canonical unit, columns of one length.

    A value holds from `times` to `ends` (UTC ns; OPEN: until another is issued); `issued` is
    when it became known. `status` is `rami.core.quality`.
    """

    times: Times
    ends: Times
    issued: Issues
    values: Values
    status: Qualities

    @classmethod
    def none(cls) -> Delivery:
        """No values."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty, empty, np.empty(0), np.empty(0, np.uint32))

    @classmethod
    def joined(cls, several: Sequence[Delivery]) -> Delivery:
        """One after the other; of equal issues the later stands before the earlier."""
        if not several:
            return cls.none()
        return cls(
            np.concatenate([d.times for d in several]),
            np.concatenate([d.ends for d in several]),
            np.concatenate([d.issued for d in several]),
            np.concatenate([d.values for d in several]),
            np.concatenate([d.status for d in several]),
        )

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Delivery:
        """Some of the values."""
        return Delivery(
            self.times[chosen],
            self.ends[chosen],
            self.issued[chosen],
            self.values[chosen],
            self.status[chosen],
        )


def on_grid(
    delivery: Delivery, grid: TimeGrid, at_ns: int | None = None
) -> tuple[Values, Qualities, Issues]:
    """Value, quality and issue of each interval, shape (grid.count,) each.

    At every instant the latest issue counts that is not bad and, where `at_ns` is given, not
    later than that; of one issue the value that began last. An interval has the mean over its
    time, the worst quality and the oldest issue of what it is made of; where any part of it is
    not covered it is NaN, Bad and MISSING.
    """
    known = np.isfinite(delivery.values) & ~is_bad(delivery.status)
    if at_ns is not None:
        known &= delivery.issued <= at_ns
    known &= (delivery.ends > grid.start_ns) & (delivery.times < grid.end_ns)
    known &= delivery.ends > delivery.times
    d = delivery.where(known)
    d = d.where(np.lexsort((np.arange(len(d.times)), d.times, d.issued)))
    begin, end = np.maximum(d.times, grid.start_ns), np.minimum(d.ends, grid.end_ns)
    starts = grid.times()
    edges = np.unique(np.concatenate([starts, [grid.end_ns], begin, end]))
    first, last = np.searchsorted(edges, begin), np.searchsorted(edges, end)
    owner = np.full(len(edges) - 1, -1, np.intp)
    for k in range(len(d.times)):  # later issues paint over earlier ones
        owner[first[k] : last[k]] = k
    interval = (edges[:-1] - grid.start_ns) // grid.step_ns
    bare = np.bincount(interval, owner < 0, grid.count) > 0
    used = owner >= 0
    place, who, length = interval[used], owner[used], np.diff(edges)[used]
    share = np.bincount(place, d.values[who] * (length / grid.step_ns), grid.count)
    single = np.bincount(place, minlength=grid.count) == 1
    values = share.astype(float)
    values[place[single[place]]] = d.values[who[single[place]]]  # exactly what was delivered
    family, why = np.zeros(grid.count, np.uint32), np.zeros(grid.count, np.uint32)
    np.maximum.at(family, place, d.status[who] & _FAMILY)
    np.bitwise_or.at(why, place, d.status[who] & ~_FAMILY)
    issued = np.full(grid.count, OPEN, np.int64)
    np.minimum.at(issued, place, d.issued[who])
    return (
        np.where(bare, np.nan, values),
        np.where(bare, np.uint32(_NOTHING), family | why).astype(np.uint32),
        np.where(bare, NO_ISSUE, issued).astype(np.int64),
    )
