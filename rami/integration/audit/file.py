"""Audit in append-only files: each batch durable on return, one process at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from rami.core.audit import AuditEntry
from rami.core.errors import RunError
from rami.core.hash_chain import canonical, linked
from rami.integration.audit.resume import resume
from rami.integration.audit.rows import fields_of
from rami.integration.audit.segments import Head, next_full, write_head

#: bytes after which a file is full
SEGMENT = 64 << 20
#: in whose name the file itself speaks
KEEPER = "audit"


class AuditFile:
    """Rows in a hash chain over `file` and the full files before it; implements `Audit`.

    One `write` and one `fsync` for each batch; where all plants are only played, one `fsync` for
    as many batches as `together` says: a power failure may then take the last ones. After a kill
    a torn last line is put aside and told in the first row of the new session, and in `told`. A
    file that somebody else changed, moved or removed is not written any more.

    Raises RunError where it cannot be opened: another process writes it, the last row was changed,
    rows are missing at the end, the folder cannot be written.
    """

    def __init__(
        self,
        file: Path,
        clock: Callable[[], int],
        segment_bytes: int = SEGMENT,
        *,
        together: int = 1,
    ) -> None:
        self.file = file
        self._limit, self._together, self._waiting = segment_bytes, together, 0
        self._turn = Lock()
        self._handle = self._lock = -1
        self._size = 0
        self._torn = False
        with _told(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(
                file.with_name(f"{file.stem}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
        try:
            self._only_one()
            with _told(file):
                self._handle = self._opened()
                found = resume(file, self._handle)
                self._size = os.fstat(self._handle).st_size
            self._last = found.last
            self.told = found.told
            why = "; ".join((f"opened after row {found.last.sequence}", *found.told))
            self.record((_own(clock(), file, why, "opened"),))
        except BaseException:
            self.close()
            raise

    def record(self, entries: tuple[AuditEntry, ...]) -> None:
        """Append the entries as one batch, durably. Raises RunError: then none of them is kept."""
        if not entries:
            return
        with self._turn, _told(self.file):
            last, lines = self._last, []
            for entry in entries:
                row = linked(fields_of(entry), last.digest, last.sequence + 1)
                last = Head(last.sequence + 1, str(row["digest"]))
                lines.append(canonical(row) + b"\n")
            self._append(b"".join(lines))
            self._last = last
            if not self._waiting:
                # the rows are durable: a head that lags behind contradicts nothing
                with suppress(OSError):
                    write_head(self.file, last)

    def head(self) -> str:
        """Digest of the last row, for checkpoints and `rami audit verify --head`."""
        return self._last.digest

    def close(self) -> None:
        """Let go of the file and its lock."""
        if self._waiting and self._handle >= 0:
            with suppress(OSError):
                os.fsync(self._handle)
                write_head(self.file, self._last)
        for handle in (self._handle, self._lock):
            if handle >= 0:
                os.close(handle)
        self._handle = self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _append(self, content: bytes) -> None:
        self._unchanged()
        if self._size and self._size + len(content) > self._limit:
            self._rotate()
        try:
            left = content
            while left:
                left = left[os.write(self._handle, left) :]
            self._waiting += 1
            if self._waiting >= self._together:
                os.fsync(self._handle)
                self._waiting = 0
        except OSError:
            # a part of a batch would be rows of what is not going to be done
            self._torn = True
            with suppress(OSError):
                self._mend()
            raise
        self._size += len(content)

    def _rotate(self) -> None:
        if self._waiting:
            os.fsync(self._handle)
        os.rename(self.file, next_full(self.file))  # noqa: PTH104 (the same call as below undoes)
        os.close(self._handle)
        self._handle = -1
        self._handle = self._opened()
        self._size = 0

    def _mend(self) -> None:
        """Cut off what a failed batch left; tried again with the next one."""
        if self._torn:
            os.ftruncate(self._handle, self._size)
            self._torn = False

    def _opened(self) -> int:
        handle = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return handle

    def _unchanged(self) -> None:
        """Raises RunError unless the file is the one this process wrote last."""
        if self._lock < 0:
            raise RunError(f"{self.file}: the audit is closed")
        if self._handle < 0:  # a rotation that did not get to its end
            self._handle = self._opened()
            self._size = 0
        self._mend()
        mine = os.fstat(self._handle)
        try:
            there = os.stat(self.file)  # noqa: PTH116
        except FileNotFoundError:
            raise RunError(f"{self.file}: the audit was moved or removed") from None
        if (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino):
            raise RunError(f"{self.file}: another file stands in the audit's place")
        if mine.st_size != self._size:
            raise RunError(
                f"{self.file}: somebody else changed the audit: {mine.st_size} bytes, "
                f"wanted {self._size}"
            )

    def _only_one(self) -> None:
        try:
            flock(self._lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise RunError(
                f"{self.file}: another process writes this audit; stop it, or name another file"
            ) from None


def _own(at_ns: int, file: Path, why: str, outcome: str) -> AuditEntry:
    return AuditEntry(at_ns, KEEPER, file.name, None, None, None, why, outcome)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """The system's errors as ours."""
    try:
        yield
    except OSError as error:
        raise RunError(f"{file}: the audit cannot be written: {error.strerror}") from None
