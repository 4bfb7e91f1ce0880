"""Names of signals and their numbers. A number is never used again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import numpy as np

from adapters.stores.duckdb.block import Ids
from rami.core.errors import DataError, Problem
from rami.core.signal import Signal
from rami.core.wording import did_you_mean


class Dictionary:
    """Signals by name; `next_id` is the first number never given."""

    def __init__(self, signals: Iterable[tuple[int, Signal]] = (), next_id: int = 0) -> None:
        self.by_id: dict[int, Signal] = dict(signals)
        self.next_id = next_id
        self._ids = {s.name: i for i, s in self.by_id.items()}
        self._looked_up: tuple[tuple[str, ...], Ids] = ((), np.empty(0, np.int32))

    def __len__(self) -> int:
        return len(self.by_id)

    def with_signals(self, signals: Iterable[Signal]) -> Dictionary | None:
        """With more signals; None when all are known. DataError tells every contradiction."""
        problems, fresh = [], dict[str, Signal]()
        for signal in signals:
            known = fresh.get(signal.name)
            if known is None and signal.name in self._ids:
                known = self.by_id[self._ids[signal.name]]
            if known is None:
                fresh[signal.name] = signal
            elif (known.quantity, known.cumulative) != (signal.quantity, signal.cumulative):
                problems.append(_contradiction(known, signal))
        if problems:
            raise DataError(problems)
        if not fresh:
            return None
        numbered = enumerate(fresh.values(), self.next_id)
        return Dictionary([*self.by_id.items(), *numbered], next_id=self.next_id + len(fresh))

    def without(self, ids: Iterable[int]) -> Dictionary:
        """Without some signals."""
        gone = set(ids)
        kept = [(i, s) for i, s in self.by_id.items() if i not in gone]
        return Dictionary(kept, self.next_id)

    def matching(self, pattern: str) -> tuple[Signal, ...]:
        """Signals whose name fits a shell pattern, by name."""
        names = (
            sorted(self._ids)
            if pattern == "*"
            else sorted(n for n in self._ids if fnmatchcase(n, pattern))
        )
        return tuple(self.by_id[self._ids[n]] for n in names)

    def ids(self, names: Sequence[str]) -> Ids:
        """Numbers of names; DataError names every one that is unknown."""
        asked, numbers = self._looked_up  # at once: other threads ask too
        if asked is names:
            return numbers
        unknown = [n for n in names if n not in self._ids]
        if unknown:
            raise DataError(
                [
                    Problem("", f"no signal {n!r} was declared", did_you_mean(n, self._ids))
                    for n in dict.fromkeys(unknown[:20])
                ]
            )
        found = np.array([self._ids[n] for n in names], np.int32)
        if isinstance(names, tuple):  # a loop writes the same names again and again
            self._looked_up = (names, found)
        return found

    def signal(self, name: str) -> Signal:
        """A declared signal."""
        return self.by_id[self._ids[name]]

    def as_bytes(self) -> bytes:
        """For the file."""
        listed = [
            [i, s.name, s.quantity, s.cumulative, s.description] for i, s in self.by_id.items()
        ]
        return json.dumps([self.next_id, listed], ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Dictionary:
        """From the file."""
        next_id, listed = json.loads(content)
        return cls([(i, Signal(*rest)) for i, *rest in listed], next_id)


def _contradiction(known: Signal, signal: Signal) -> Problem:
    def said(s: Signal) -> str:
        return f"{s.quantity}, cumulative" if s.cumulative else s.quantity

    return Problem(
        "",
        f"signal {signal.name!r} is known as {said(known)}, not {said(signal)}",
        "use another name, or erase the old signal first",
    )
