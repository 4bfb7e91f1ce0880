"""Rows of several appends as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rami.core.quality import Qualities
from rami.core.signal import Places, Rows

Names = tuple[str, ...]


@dataclass(frozen=True)
class Cycle:
    """One row per signal at one instant, spread out by the thread that needs it."""

    names: Names
    ns: int
    values: NDArray[np.float64]
    status: Qualities

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def rows(self) -> Rows:
        """As a store takes them."""
        return Rows.at(self.names, self.ns, self.values, self.status)


#: what one append brings
Appended = Rows | Cycle


def spread(appended: Appended) -> Rows:
    """As a store takes them."""
    return appended if isinstance(appended, Rows) else appended.rows


def cycle(names: Names, ns: int, values: NDArray[np.float64], status: Qualities) -> Cycle:
    """A cycle that stays as it is when the caller goes on using its arrays.

    ValueError for columns of another length than `names`.
    """
    if not len(names) == len(values) == len(status):
        raise ValueError(f"{len(names)} names, {len(values)} values, {len(status)} status")
    return Cycle(names, ns, values.copy(), status.copy())


def owned(rows: Rows) -> Rows:
    """Rows that stay as they are when the caller goes on using its arrays.

    ValueError for a place beyond the names.
    """
    # a negative place is a large one without its sign
    if len(rows) and int(rows.places.view(np.uint32).max()) >= len(rows.names):
        raise ValueError(f"a row's place is not below {len(rows.names)}, the number of names")
    return Rows(
        rows.names, rows.places.copy(), rows.times.copy(), rows.values.copy(), rows.status.copy()
    )


class Joining:
    """Appends of a loop have the same few tuples of names each time: looked through once."""

    def __init__(self) -> None:
        self._of: tuple[Names, ...] = ()
        self._names: Names = ()
        self._places: list[Places] = []

    def together(self, appended: Sequence[Appended]) -> Rows:
        """All rows, in the order of the parts; names of all of them."""
        parts = [spread(a) for a in appended]
        if len(parts) == 1:
            return parts[0]
        distinct = {id(p.names): p.names for p in parts}
        if len(distinct) == 1:
            names, places = parts[0].names, [p.places for p in parts]
        else:
            self._know(tuple(distinct.values()))
            names = self._names
            at = dict(zip(distinct, self._places, strict=True))
            places = [at[id(p.names)][p.places] for p in parts]
        return Rows(
            names,
            np.concatenate(places),
            np.concatenate([p.times for p in parts]),
            np.concatenate([p.values for p in parts]),
            np.concatenate([p.status for p in parts]),
        )

    def _know(self, several: tuple[Names, ...]) -> None:
        known = self._of
        if len(known) == len(several) and all(a is b for a, b in zip(known, several, strict=True)):
            return
        place: dict[str, int] = {}
        for names in several:
            for name in names:
                place.setdefault(name, len(place))
        self._of, self._names = several, tuple(place)
        self._places = [np.array([place[n] for n in names], np.int32) for names in several]
