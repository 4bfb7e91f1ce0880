"""Where numbers become pseudonyms, and customers known to roster and store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from rami.core.historian import Store
from rami.information.meters.dataset import Dataset
from rami.information.meters.files import Readings
from rami.information.meters.keys import KeyRing
from rami.information.meters.pseudonym import identity, pseudonyms, signals
from rami.information.meters.settings import HISTORIAN


class Entrance:
    """Knows the roster's customers from the start; numbers stay in memory.

    A store numbers its signals in the order in which they are declared. That order is the one of
    pseudonyms: the order of a file is mostly that of the meters' numbers, and whoever had a list
    of those would need no key.
    """

    def __init__(self, dataset: Dataset, store: Store, ring: KeyRing) -> None:
        self._dataset, self._store, self._ring = dataset, store, ring
        self._roster = dataset.roster()
        self._known: dict[bytes, str] = {}
        self._names: dict[str, str] = {}
        self._seen: set[str] = set()
        self._declare(self._roster.customers)

    @property
    def seen(self) -> int:
        """Customers of whom there were readings."""
        return len(self._seen)

    def __call__(self, number: bytes) -> str:
        """The identity behind a number."""
        if number not in self._known:
            self._known[number] = identity(self._ring.identity, self._dataset.name, number)
        return self._known[number]

    def identities(self, chunk: Readings) -> list[str]:
        """Of the meters that have rows in a chunk."""
        return [self(chunk.numbers[i]) for i in np.unique(chunk.meters)]

    def knows(self, customers: Collection[str]) -> bool:
        """Whether all were admitted."""
        return all(one in self._names for one in customers)

    def holds(self, number: bytes) -> bool:
        """Whether it is the number of a meter that was admitted."""
        return self(number) in self._names

    def place(self, groups: Mapping[str, tuple[str, ...]]) -> int:
        """Admit customers with their groups; how many are new."""
        new = len(set(groups) - set(self._names))
        self._roster.place(groups)
        self._keep(groups)
        return new

    def admit(self, customers: Collection[str]) -> int:
        """Admit customers of whom nothing else is known; how many are new."""
        new = self._roster.add(sorted(customers))
        self._keep(customers)
        return new

    def names(self, customers: list[str]) -> list[str]:
        """Their pseudonyms in the historian."""
        self._seen.update(customers)
        return [self._names[one] for one in customers]

    def _keep(self, customers: Collection[str]) -> None:
        # the roster comes first: whoever has rows can be found, exported and erased
        self._dataset.keep(self._roster)
        self._declare(customers)

    def _declare(self, customers: Collection[str]) -> None:
        fresh = [one for one in customers if one not in self._names]
        made = pseudonyms(self._ring.key(HISTORIAN), self._dataset.name, fresh)
        self._names.update(zip(fresh, made, strict=True))
        registers = self._dataset.settings.registers
        self._store.declare(
            signal
            for name in sorted(made)
            for signal in signals(self._dataset.name, name, registers)
        )
