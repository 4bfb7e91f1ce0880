"""The manifest: the one file that says which files count.

Everything else is written under a new number first; replacing the manifest is the moment a
change happens. Files it does not name are left-overs of something that was cut off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal
from zlib import crc32

from adapters.stores.duckdb import durable
from adapters.stores.duckdb.failures import damaged

MANIFEST = "manifest.json"

Kind = Literal["main", "side", "old"]


@dataclass(frozen=True)
class Stored:
    """A file of the store."""

    name: str
    size: int
    checksum: int

    def check(self, folder: Path) -> Path:
        """Its path; RunError when it is missing or has another length."""
        file = folder / self.name
        if not file.exists():
            raise damaged(file, "the file is missing")
        if file.stat().st_size != self.size:
            raise damaged(file, f"wanted {self.size} bytes, got {file.stat().st_size}")
        return file

    def content(self, folder: Path) -> bytes:
        """What is in it; RunError when that is not what was written."""
        file = self.check(folder)
        content = file.read_bytes()
        if crc32(content) != self.checksum:
            raise damaged(file, "its checksum is wrong")
        return content


@dataclass(frozen=True)
class Part:
    """A Parquet file of rows of one month, by (signal, time).

    `main`: one row per instant. `side`: later values for instants that have one. `old`: values
    that such a correction replaced, when its month was closed. `step_ns` as in Block. Parts that
    were made at once from one set of rows share a `run`; `level` says how often they were merged.
    """

    stored: Stored
    kind: Kind
    month: int
    rows: int
    first_ns: int
    last_ns: int
    first_id: int
    last_id: int
    step_ns: int
    level: int
    run: int

    def within(self, low: int, high: int, start_ns: int, end_ns: int) -> bool:
        """Whether it may hold rows of signals low..high in [start, end)."""
        return (
            self.first_id <= high
            and self.last_id >= low
            and self.first_ns < end_ns
            and self.last_ns >= start_ns
        )


@dataclass(frozen=True)
class Manifest:
    """`sealed`: length of the log when the store was last closed in order.

    `next_file` is the first number no file ever had, `next_seq` that of a correction.
    """

    next_file: int
    next_seq: int
    log: str
    sealed: int
    signals: Stored
    newest: Stored
    parts: tuple[Part, ...] = field(default=())

    def files(self) -> Iterator[str]:
        """Names of all files that count."""
        yield from (self.log, self.signals.name, self.newest.name)
        yield from (p.stored.name for p in self.parts)

    def write(self, folder: Path) -> None:
        """Make it the one that counts."""
        body = json.dumps(asdict(self), separators=(",", ":"))
        durable.replace(folder / MANIFEST, f"{crc32(body.encode())}\n{body}\n".encode())

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """The one that counts; None in an empty folder, RunError when it is damaged."""
        file = folder / MANIFEST
        if not file.exists():
            if any(folder.glob("*.parquet")):
                raise damaged(file, "the file is missing")
            return None
        check, _, body = file.read_text(encoding="utf-8", errors="replace").partition("\n")
        if check != str(crc32(body.rstrip("\n").encode())):
            raise damaged(file, "its checksum is wrong")
        tree = json.loads(body)
        parts = tuple(
            Part(**{**part, "stored": Stored(**part["stored"])}) for part in tree["parts"]
        )
        return cls(
            **{
                **tree,
                "signals": Stored(**tree["signals"]),
                "newest": Stored(**tree["newest"]),
                "parts": parts,
            }
        )

    def with_parts(self, gone: set[str], fresh: tuple[Part, ...]) -> Manifest:
        """Some parts in place of others."""
        kept = tuple(p for p in self.parts if p.stored.name not in gone)
        return replace(self, parts=kept + fresh)
