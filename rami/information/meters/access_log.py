"""Access log: append-only rows in a hash chain, each durable before anything leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from rami.core.errors import RunError
from rami.core.hash_chain import START, Row, digest
from rami.information.meters.private_file import private_folder, read_private, write_private


@dataclass(frozen=True)
class Verified:
    """Outcome of a verification: intact rows, the last digest, what is wrong."""

    rows: int
    head: str
    problems: tuple[str, ...]


class AccessLog:
    """One JSON row a line: `sequence`, the fields, `previous` and `digest` (SHA-256).

    `head` is a file elsewhere that tells how far the chain had come, so that rows cut off at the
    end are noticed too.
    """

    def __init__(self, file: Path, head: Path) -> None:
        self.file = file
        self.head = head

    def append(self, fields: Row) -> str:
        """Add a row durably; its digest. Raises RunError: then nothing may leave."""
        try:
            private_folder(self.file.parent)
            handle = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "r+b") as log:
                flock(log, LOCK_EX)
                last = self._last(log.fileno())
                if last:
                    # one behind after a crash; twice so would look like a change
                    self._name(last)
                row = {
                    "sequence": int(str(last["sequence"])) + 1 if last else 1,
                    **fields,
                    "previous": last["digest"] if last else START,
                }
                row["digest"] = digest(row)
                _add(log.fileno(), _line(row))
            self._name(row)
        except OSError as error:
            raise RunError(
                f"{self.file}: the access log cannot be written ({error.strerror}), so nothing is "
                f"released or changed"
            ) from None
        return str(row["digest"])

    def rows(self) -> Iterator[dict[str, object]]:
        """The rows as written; a torn last line is left out."""
        if self.file.exists():
            for line in read_private(self.file).split(b"\n")[:-1]:
                try:
                    row = json.loads(line)
                except ValueError:
                    continue
                if isinstance(row, dict):
                    yield row

    def verify(self) -> Verified:
        """Check every row against the one before it, and the end against `head`."""
        problems: list[str] = []
        previous, count = START, 0
        seen: dict[int, str] = {}
        lines = read_private(self.file).split(b"\n") if self.file.exists() else [b""]
        if lines[-1]:
            problems.append(f"{self.file}: the last line is torn")
        for number, line in enumerate(lines[:-1], 1):
            wrong = _fault(line, previous, number)
            if wrong:
                problems.append(f"{self.file}:{number}: {wrong}")
                break
            previous = json.loads(line)["digest"]
            seen[number] = previous
            count += 1
        if self.head.exists():
            try:
                state = json.loads(read_private(self.head))
                if seen.get(int(state["sequence"])) != state["digest"] and not problems:
                    what = f"rows up to {state['sequence']} are not all there"
                    problems.append(f"{self.file}: {what}")
            except (ValueError, KeyError, TypeError):
                problems.append(f"{self.head}: is not the end of a log")
        elif count:
            problems.append(f"{self.head}: is missing")
        return Verified(count, previous, tuple(problems))

    def _last(self, handle: int) -> dict[str, object] | None:
        """The last whole row; a torn line (a crash while writing) was never acknowledged."""
        size = os.fstat(handle).st_size
        reach = 1 << 16
        while True:
            tail = os.pread(handle, min(reach, size), max(0, size - reach))
            end = tail.rfind(b"\n")
            begin = tail.rfind(b"\n", 0, end) if end > 0 else -1
            if begin >= 0 or reach >= size:
                break
            reach *= 2
        if end + 1 < len(tail):
            os.ftruncate(handle, size - (len(tail) - end - 1))
        if end < 0:
            if self.head.exists():
                raise RunError(f"{self.file}: the access log was emptied; see rami meters log")
            return None
        try:
            row = json.loads(tail[begin + 1 : end])
            if row["digest"] != digest(row):
                raise ValueError
            self._continues(row)
        except (ValueError, KeyError, TypeError):
            raise RunError(
                f"{self.file}: the last rows were changed or removed; nothing is released until "
                f"the log is restored (rami meters log --verify)"
            ) from None
        return dict(row)

    def _name(self, row: Row) -> None:
        """Keep the row as the last one."""
        state = json.dumps({"sequence": row["sequence"], "digest": row["digest"]}).encode()
        if not self.head.exists() or read_private(self.head) != state:
            write_private(self.head, state)

    def _continues(self, row: Row) -> None:
        """ValueError unless the row is the one that `head` names, or the one after it (a crash
        between the two files)."""
        if not self.head.exists():
            if row["sequence"] == 1:
                return
            raise ValueError
        state = json.loads(read_private(self.head))
        same = (row["sequence"], row["digest"]) == (state["sequence"], state["digest"])
        after = (row["sequence"], row["previous"]) == (state["sequence"] + 1, state["digest"])
        if not (same or after):
            raise ValueError


def _line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=True).encode() + b"\n"


def _add(handle: int, line: bytes) -> None:
    """Write a line durably or not at all: a disk that gets full takes a part of it."""
    size = os.fstat(handle).st_size
    try:
        while line:
            line = line[os.write(handle, line) :]
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, size)
        raise


def _fault(line: bytes, previous: str, number: int) -> str:
    try:
        row = json.loads(line)
        if row["digest"] != digest(row):
            return "the row was changed"
        if row["previous"] != previous or row["sequence"] != number:
            return "a row before it was removed, added or moved"
    except (ValueError, KeyError, TypeError):
        return "is not a row of the log"
    return ""
