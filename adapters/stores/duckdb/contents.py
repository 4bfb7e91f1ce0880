"""Contents of the folder: opened, and changed whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

from adapters.stores.duckdb import durable
from adapters.stores.duckdb.dictionary import Dictionary
from adapters.stores.duckdb.folder_lock import LOCK
from adapters.stores.duckdb.log import Log, Record, replay
from adapters.stores.duckdb.manifest import MANIFEST, Manifest, Part, Stored
from adapters.stores.duckdb.newest import Newest
from adapters.stores.duckdb.parts import SPILL
from adapters.stores.duckdb.recent import Recent
from adapters.stores.duckdb.snapshot import Snapshot
from rami.core.errors import DataError


@dataclass
class Contents:
    """What the manifest names, and what the log adds to it."""

    folder: Path
    manifest: Manifest
    dictionary: Dictionary
    newest: Newest
    recent: Recent
    next_seq: int
    log: Log | None
    torn: int = 0

    @classmethod
    def open(cls, folder: Path, *, read_only: bool) -> Contents:
        """As they were left; an empty folder becomes a store. RunError when damaged."""
        manifest = Manifest.read(folder)
        if manifest is None:
            if read_only:
                raise DataError(f"{folder}: no historian is there; write to it first")
            manifest = _first(folder)
        for part in manifest.parts:
            part.stored.check(folder)
        dictionary = Dictionary.from_bytes(manifest.signals.content(folder))
        newest = Newest.from_bytes(manifest.newest.content(folder))
        newest.reach(dictionary.next_id)
        replayed = replay(folder / manifest.log, manifest.sealed)
        contents = cls(
            folder, manifest, dictionary, newest, Recent(), manifest.next_seq, None, replayed.torn
        )
        for record in replayed.records:
            contents.take(record)
        if not read_only:
            contents.log = Log(
                folder / manifest.log, size=replayed.size, number=len(replayed.records)
            )
            if replayed.torn:
                contents.log.cut()
            contents.sweep()
        return contents

    @property
    def snapshot(self) -> Snapshot:
        """What is kept at this moment."""
        recent = self.recent
        return Snapshot(self.folder, self.manifest.parts, recent.blocks, recent.corrections)

    def take(self, record: Record) -> None:
        """Rows that are in the log."""
        self.next_seq = self.recent.add(record, self.next_seq)
        self.newest.see(record.main)
        self.newest.see(record.side)

    def sweep(self) -> None:
        """Remove files that do not count: left by a change that was cut off."""
        counting = {MANIFEST, LOCK, *self.manifest.files()}
        for file in self.folder.iterdir():
            if file.is_file() and file.name not in counting and _ours(file):
                file.unlink()
        spill = self.folder / SPILL
        if spill.is_dir():
            for file in spill.iterdir():
                file.unlink()
            spill.rmdir()

    def declare(self, dictionary: Dictionary) -> None:
        """Make more signals known."""
        number = self.manifest.next_file
        stored = _store(self.folder, f"signals-{number:06d}.json", dictionary.as_bytes())
        changed = replace(self.manifest, signals=stored, next_file=number + 1)
        self._switch(changed)
        self.newest.reach(dictionary.next_id)
        self.dictionary = dictionary

    def change(
        self,
        gone: set[str],
        fresh: tuple[Part, ...],
        next_file: int,
        *,
        emptied: bool,
        dictionary: Dictionary | None = None,
        newest: Newest | None = None,
    ) -> None:
        """Parts in place of others; with `emptied`, what was in the log is in them.

        On return the files that no longer count are gone.
        """
        known = dictionary or self.dictionary
        manifest = replace(self.manifest.with_parts(gone, fresh), next_seq=self.next_seq)
        log = self.log
        if dictionary is not None:
            name = f"signals-{next_file:06d}.json"
            manifest = replace(manifest, signals=_store(self.folder, name, known.as_bytes()))
        if emptied:
            name = f"newest-{next_file:06d}.bin"
            latest = _store(self.folder, name, (newest or self.newest).as_bytes())
            log = Log.create(self.folder / f"log-{next_file:06d}.bin")
            manifest = replace(manifest, newest=latest, log=log.file.name, sealed=log.size)
        else:  # corrections in the log go on counting from where it begins
            manifest = replace(manifest, next_seq=self.manifest.next_seq)
        try:
            durable.sync_folder(self.folder)
            self._switch(replace(manifest, next_file=next_file + 1))
        except BaseException:
            if log is not None and log is not self.log:
                log.close()
            raise
        self.dictionary = known
        self.newest = newest or self.newest
        if emptied:
            self.recent = Recent()
            if self.log is not None:
                self.log.close()
            self.log = log

    def _switch(self, manifest: Manifest) -> None:
        """The new manifest counts; files that only the old one named are removed."""
        manifest.write(self.folder)
        before = set(self.manifest.files())
        self.manifest = manifest
        for name in before - set(manifest.files()):
            (self.folder / name).unlink(missing_ok=True)
        durable.sync_folder(self.folder)

    def seal(self) -> None:
        """Closed in order: the log is known to reach this far."""
        if self.log is None:
            return
        if self.log.size != self.manifest.sealed:
            self._switch(replace(self.manifest, sealed=self.log.size))
        self.log.close()
        self.log = None


def _ours(file: Path) -> bool:
    kinds = ("main-", "side-", "old-", "log-", "signals-", "newest-", MANIFEST)
    return file.name.startswith(kinds)


def _store(folder: Path, name: str, content: bytes) -> Stored:
    durable.write_new(folder / name, content)
    return Stored(name, len(content), crc32(content))


def _first(folder: Path) -> Manifest:
    """An empty store."""
    log = Log.create(folder / "log-000000.bin")
    log.close()
    manifest = Manifest(
        next_file=1,
        next_seq=2,
        log=log.file.name,
        sealed=log.size,
        signals=_store(folder, "signals-000000.json", Dictionary().as_bytes()),
        newest=_store(folder, "newest-000000.bin", Newest().as_bytes()),
    )
    durable.sync_folder(folder)
    manifest.write(folder)
    return manifest
