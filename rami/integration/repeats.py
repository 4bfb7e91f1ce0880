"""Equal entries within a time become one row with their number; none is lost."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from rami.core.audit import AuditEntry

#: kinds of entries that are kept apart at once; further ones are counted together
MOST = 1000


@dataclass
class _Kind:
    told_ns: int | None = None
    waiting: AuditEntry | None = None


class Repeats:
    """The first entry of a kind is due at once, further ones `bound_ns` after the row before."""

    def __init__(self, bound_ns: int) -> None:
        self._bound = bound_ns
        self._kinds: dict[Hashable, _Kind] = {}

    def add(self, key: Hashable, entry: AuditEntry) -> None:
        """One more entry of a kind; of several, value and reason of the last one are kept."""
        if key not in self._kinds and len(self._kinds) >= MOST:
            key = ("others", entry.outcome)
        kind = self._kinds.setdefault(key, _Kind())
        kind.waiting = entry if kind.waiting is None else _both(kind.waiting, entry)

    def due(self, now: int, *, all_: bool = False) -> list[tuple[Hashable, AuditEntry]]:
        """Entries to be recorded now; they are taken out."""
        if not self._kinds:
            return []
        found: list[tuple[Hashable, AuditEntry]] = []
        for key, kind in list(self._kinds.items()):
            ripe = all_ or kind.told_ns is None or now - kind.told_ns >= self._bound
            if kind.waiting is not None and ripe:
                found.append((key, kind.waiting))
                kind.waiting, kind.told_ns = None, now
            elif kind.waiting is None and ripe:
                del self._kinds[key]
        return found

    def give_back(self, entries: list[tuple[Hashable, AuditEntry]]) -> None:
        """Entries that could not be recorded; due at once again."""
        for key, entry in entries:
            kind = self._kinds.setdefault(key, _Kind())
            kind.waiting = entry if kind.waiting is None else _both(entry, kind.waiting)
            kind.told_ns = None

    def state(self) -> list[Any]:
        """What waits, in plain terms."""
        return [k.waiting._asdict() for k in self._kinds.values() if k.waiting is not None]

    def restore(self, state: list[Any]) -> None:
        """Take in what waited, due at once."""
        self._kinds = {
            ("restored", i): _Kind(None, AuditEntry(**one)) for i, one in enumerate(state)
        }


def _both(first: AuditEntry, last: AuditEntry) -> AuditEntry:
    until = last.at_ns if last.until_ns is None else last.until_ns
    return last._replace(
        at_ns=first.at_ns, old=first.old, times=first.times + last.times, until_ns=until
    )
