"""The signals that a shared store knows, with their numbers in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError, Problem
from rami.core.signal import Signal
from rami.core.wording import did_you_mean

if TYPE_CHECKING:
    from psycopg import Connection

Ids = NDArray[np.int32]


@dataclass(frozen=True)
class Catalogue:
    """All signals as of a revision; another process that declares or erases makes a new one."""

    revision: int = -1
    ids: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, Signal] = field(default_factory=dict)

    def current(self, connection: Connection[Any]) -> Catalogue:
        """This one, or a newly read one where something changed."""
        found = connection.execute("SELECT revision FROM writing").fetchone()
        assert found is not None
        return self if found[0] == self.revision else read(connection, found[0])

    def fitting(self, pattern: str) -> tuple[Signal, ...]:
        """Signals whose name fits a shell pattern, by name."""
        return tuple(self.known[n] for n in sorted(self.known) if fnmatchcase(n, pattern))

    def numbers(self, names: Sequence[str], server: str) -> Ids:
        """Numbers of signals; DataError with every name that nobody declared."""
        problems = [
            Problem(server, f"no signal {name!r} is declared", did_you_mean(name, self.known))
            for name in names
            if name not in self.ids
        ]
        if problems:
            raise DataError(problems)
        return np.array([self.ids[n] for n in names], np.int32)


def read(connection: Connection[Any], revision: int) -> Catalogue:
    """All signals."""
    rows = connection.execute(
        "SELECT id, name, quantity, cumulative, description FROM signal"
    ).fetchall()
    return Catalogue(
        revision,
        {name: number for number, name, *_ in rows},
        {name: Signal(name, *rest) for _, name, *rest in rows},
    )


def declare(
    connection: Connection[Any], catalogue: Catalogue, signals: Iterable[Signal], server: str
) -> None:
    """Add signals under the lock of `writing`; DataError with every contradiction."""
    wanted = list(signals)
    if all(_agree(catalogue.known.get(s.name), s) for s in wanted):
        return
    found = connection.execute("SELECT revision FROM writing FOR UPDATE").fetchone()
    assert found is not None
    known = dict(read(connection, found[0]).known)
    fresh, problems = [], []
    for signal in wanted:
        earlier = known.get(signal.name)
        if earlier is None:
            known[signal.name] = signal
            fresh.append(signal)
        elif not _agree(earlier, signal):
            problems.append(Problem(server, contradiction(earlier, signal)))
    if problems:
        raise DataError(problems)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO signal (name, quantity, cumulative, description) VALUES (%s, %s, %s, %s)",
            [(s.name, s.quantity, s.cumulative, s.description) for s in fresh],
        )
    connection.execute("UPDATE writing SET revision = revision + 1")


def contradiction(earlier: Signal, later: Signal) -> str:
    """What two declarations of a name disagree on."""
    kinds = [f"{s.quantity}{', register' if s.cumulative else ''}" for s in (earlier, later)]
    return f"signal {later.name!r} is declared as {kinds[0]}, got {kinds[1]}"


def _agree(earlier: Signal | None, later: Signal) -> bool:
    return earlier is not None and (earlier.quantity, earlier.cumulative) == (
        later.quantity,
        later.cumulative,
    )
