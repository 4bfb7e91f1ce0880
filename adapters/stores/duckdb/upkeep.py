"""Upkeep of parts: rows in memory become some, months close, rows are left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import duckdb

from adapters.stores.duckdb import closing
from adapters.stores.duckdb.closing import Gone
from adapters.stores.duckdb.contents import Contents
from adapters.stores.duckdb.dictionary import Dictionary
from adapters.stores.duckdb.manifest import Manifest, Part
from adapters.stores.duckdb.newest import Newest
from adapters.stores.duckdb.parts import Writer
from adapters.stores.duckdb.turnstile import Turnstile


class Upkeep:
    """Changes of the parts, each whole or not at all; called by one thread at a time.

    `sound` ends when a change happened on disk and not in memory.
    """

    def __init__(
        self,
        contents: Contents,
        engine: duckdb.DuckDBPyConnection,
        turnstile: Turnstile,
        moment: Lock,
    ) -> None:
        self.sound = True
        self._contents = contents
        self._engine = engine
        self._turnstile = turnstile
        self._moment = moment

    def leave_out(self, gone: Gone, newest: Newest, dictionary: Dictionary | None = None) -> int:
        """Every file that held such rows is written anew and the old one removed; rows."""
        contents = self._contents
        with self._writer() as writer:
            removed = closing.flush(contents.recent, writer, gone)
            replaced = set()
            for part in contents.manifest.parts:
                if gone.may_touch(part):
                    count = closing.without(self._engine, contents.folder, part, gone, writer)
                    if count is not None:
                        removed += count
                        replaced.add(part.stored.name)
            self._commit(writer, replaced, emptied=True, dictionary=dictionary, newest=newest)
        return removed

    def retain(self, edge_ns: int) -> int:
        """Leave out what is older; rows."""
        if not any(p.first_ns < edge_ns for p in self._contents.manifest.parts):
            return 0
        return self.leave_out(Gone(None, edge_ns), self._contents.newest.without(None, edge_ns))

    def close_months(self, before: int) -> int:
        """Months before one stand in one run, corrections in their places; how many changed."""
        found = list(closing.unclosed(self._contents.manifest.parts, before))
        for parts in found:
            self._merge(parts, whole=True)
        return len(found)

    def flush(self) -> None:
        """Rows in memory become parts, the log starts anew."""
        if self._contents.recent.waiting:
            with self._writer() as writer:
                closing.flush(self._contents.recent, writer)
                self._commit(writer, set(), emptied=True)
        while many := closing.alike(self._contents.manifest.parts):
            self._merge(many, whole=False)

    def _merge(self, parts: list[Part], *, whole: bool) -> None:
        level = max(p.level for p in parts) + 1
        with self._writer(level) as writer:
            closing.merge(self._engine, self._contents.folder, parts, writer, whole=whole)
            self._commit(writer, {p.stored.name for p in parts}, emptied=False)

    def _commit(
        self,
        writer: Writer,
        replaced: set[str],
        *,
        emptied: bool,
        dictionary: Dictionary | None = None,
        newest: Newest | None = None,
    ) -> None:
        with self._turnstile.changing(), self._moment:
            self._contents.change(
                replaced,
                tuple(writer.fresh),
                writer.next_file,
                emptied=emptied,
                dictionary=dictionary,
                newest=newest,
            )

    @contextmanager
    def _writer(self, level: int = 0) -> Iterator[Writer]:
        """Writes new parts; when the change fails they are removed."""
        contents = self._contents
        try:
            yield Writer(contents.folder, self._engine, contents.manifest.next_file, level)
        except BaseException:
            if Manifest.read(contents.folder) == contents.manifest:
                contents.sweep()
            else:  # the change is on disk, the call that failed came after it
                self.sound = False
            raise
