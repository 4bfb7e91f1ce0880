"""Names of rows on the wire: a loop appends the same ones again and again, they travel once."""

from __future__ import annotations

from typing import TypeAlias

Names: TypeAlias = tuple[str, ...]

_SLOTS = 64

#: a place, and the names that belong to it from now on (None: the same as before)
Told: TypeAlias = tuple[int, Names | None]


class Telling:
    """At the end that sends; knows names by identity, which a loop keeps."""

    def __init__(self) -> None:
        self._slots: list[Names] = []
        self._next = 0

    def told(self, names: Names) -> Told:
        """What to send for names."""
        for slot, known in enumerate(self._slots):
            if known is names:
                return slot, None
        slot = self._next % _SLOTS
        self._next += 1
        self._slots[slot : slot + 1] = [names]
        return slot, names


class Hearing:
    """At the end that receives; gives the same object for the same names."""

    def __init__(self) -> None:
        self._slots: dict[int, Names] = {}

    def heard(self, told: Told) -> Names:
        """Names of what was sent."""
        slot, names = told
        if names is not None:
            self._slots[slot] = names
        return self._slots[slot]
