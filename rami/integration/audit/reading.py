"""What an audit says: its entries, and whether an emergency stop outlived the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rami.core.audit import AuditEntry
from rami.core.errors import DataError, Problem
from rami.integration.audit.rows import entry_of, read
from rami.integration.audit.segments import all_files

#: outcomes of rows that set and release it
STOPPED, RELEASED = "stopped", "released"


def last_latch(file: Path, twin: str) -> AuditEntry | None:
    """The last row that stopped or released a twin; None where it was never stopped."""
    for path in reversed(all_files(file)):
        found = None
        for entry in _latching(path):
            if entry.what == twin:
                found = entry
        if found:
            return found
    return None


def _latching(path: Path) -> Iterator[AuditEntry]:
    with path.open("rb") as opened:
        for line in opened:
            if b'"outcome":"stopped"' in line or b'"outcome":"released"' in line:
                with suppress(ValueError, TypeError):
                    yield entry_of(read(line.rstrip(b"\n")))


def entries(file: Path) -> Iterator[AuditEntry | None]:
    """The entries of an audit in order, None for a row that cannot be read.

    Raises DataError where there is no audit.
    """
    files = all_files(file)
    if not files:
        raise DataError([Problem(str(file), "no audit here", "name its file, e.g. audit.jsonl")])
    for path in files:
        with path.open("rb") as opened:
            for line in opened:
                try:
                    yield entry_of(read(line.removesuffix(b"\n")))
                except (ValueError, TypeError):
                    yield None
