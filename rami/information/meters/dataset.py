"""One dataset at work: its settings, store, keys, roster, log and releases, under one lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem, RunError, UnreachableError
from rami.core.historian import Store
from rami.core.timegrid import iso
from rami.information.meters.access_log import AccessLog
from rami.information.meters.intent import Intent
from rami.information.meters.keys import KeyFile, KeyRing
from rami.information.meters.private_file import private_folder
from rami.information.meters.pseudonym import pseudonyms, signal_name
from rami.information.meters.releases import Refused, Register
from rami.information.meters.roster import Roster, read_roster, write_roster
from rami.information.meters.settings import HISTORIAN, MeterDataset


@dataclass(frozen=True)
class Dataset:
    """`folder` is the site's; `operator` is who asks, `now` the clock in UTC nanoseconds."""

    name: str
    settings: MeterDataset
    folder: Path
    operator: str
    now: Callable[[], int]

    @property
    def keys(self) -> KeyFile:
        """Its keys."""
        return KeyFile(self._private("keys"))

    @property
    def log(self) -> AccessLog:
        """Its access log; the end of the chain is kept beside the keys."""
        return AccessLog(self.records / "access.jsonl", self._private("head"))

    @property
    def releases(self) -> Register:
        """What left."""
        return Register(self.records / "releases")

    @property
    def intent(self) -> Intent:
        """What was begun."""
        return Intent(self._private("intent"))

    @property
    def records(self) -> Path:
        """Folder of log, releases and proofs."""
        return self.folder / self.settings.records / self.name

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whoever needs a key."""
        rows = [n for n, r in self.settings.recipients.items() if r.gets == "rows"]
        return (HISTORIAN, *rows)

    def roster(self) -> Roster:
        """Its customers."""
        return read_roster(self._private("roster"), self.settings.groups)

    def keep(self, roster: Roster) -> None:
        """Replace the roster."""
        write_roster(self._private("roster"), roster)

    def ring(self) -> KeyRing:
        """Its keys, with those of new recipients. Raises ConfigurationError."""
        self.keys.finish()
        ring = self.keys.read()
        if ring.complete(self.recipients):
            self.keys.write(ring)
        return ring

    def names(
        self, ring: KeyRing, identities: Sequence[str], epoch: int | None = None
    ) -> list[list[str]]:
        """Signals of customers, a list of registers each."""
        made = pseudonyms(ring.key(HISTORIAN, epoch), self.name, identities)
        return [[signal_name(self.name, p, r) for r in self.settings.registers] for p in made]

    def check_register(self) -> None:
        """Raises RunError when the log or the roster tell of releases or blocks that the register
        has not: without them nobody can say what may leave."""
        kept = self.releases.numbers()
        told = {int(str(row["release"])) for row in self.log.rows() if "release" in row}
        lost = sorted(told - set(kept) | set(range(1, max(kept, default=0))) - set(kept))
        blocks = max((c.block for c in self.roster().customers.values()), default=0)
        what = [f"release {number} is missing" for number in lost[:3]]
        what += ["blocks are missing"] if blocks > len(self.releases.blocks()) else []
        if what:
            raise RunError(
                f"{self.releases.folder}: {', '.join(what)}; nothing is released until the folder "
                f"is restored from a backup"
            )

    def tell(self, action: str, outcome: str, **fields: object) -> str:
        """One row in the access log; its digest. Raises RunError when it cannot be written."""
        return self.log.append(
            {
                "at": iso(self.now()),
                "operator": self.operator,
                "dataset": self.name,
                "action": action,
                "outcome": outcome,
                **fields,
            }
        )

    def refuse(self, action: str, why: str, **fields: object) -> Refused:
        """Log a refusal and give the error to raise."""
        self.tell(action, f"refused: {why}", **fields)
        return Refused(f"{self.name}: refused: {why}")

    @contextmanager
    def locked(self, *, unfinished: bool = False) -> Iterator[None]:
        """Nobody else works on the dataset. Raises UnreachableError when somebody does, and
        RunError when a change was begun and is not finished (unless `unfinished`)."""
        private_folder(self._private("lock").parent)
        try:
            handle = os.open(self._private("lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise RunError(f"{self._private('lock')}: {error.strerror}; nothing is done") from None
        try:
            try:
                flock(handle, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                raise UnreachableError(
                    f"{self.name}: another process works on this dataset; try again"
                ) from None
            begun = self.intent.pending()
            if begun and not unfinished:
                raise RunError(
                    f"{self.name}: {begun['action']} was stopped half-way; "
                    f"`rami meters resume` finishes it"
                )
            yield
        finally:
            os.close(handle)

    def check_places(self, store_folder: Path | None) -> None:
        """Keys lie outside the historian. Raises ConfigurationError."""
        keys = (self.folder / self.settings.keys).resolve()
        other = [(self.folder / self.settings.records).resolve()]
        other += [store_folder.resolve()] if store_folder else []
        for place in other:
            if keys == place or place in keys.parents or keys in place.parents:
                what = f"meters.{self.name}.keys: {keys} and {place} lie in one another"
                raise ConfigurationError([Problem("", what, "keys need a folder of their own")])

    def _private(self, kind: str) -> Path:
        return self.folder / self.settings.keys / f"{self.name}.{kind}"


def span(store: Store) -> tuple[int, int] | None:
    """First and one past the last instant that a store holds; None when it is empty."""
    stats = store.stats()
    if stats.first_ns is None or stats.last_ns is None:
        return None
    return stats.first_ns, stats.last_ns + 1


__all__ = ["Dataset", "span"]
