"""Where a chain of files goes on after an end in order, a kill, or a tampering."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rami.core.errors import RunError
from rami.core.hash_chain import START
from rami.integration.audit.rows import read
from rami.integration.audit.segments import Head, full_files, head_file, read_head

_REACH = 1 << 16


@dataclass(frozen=True)
class Resumed:
    """The last whole row, and what was found behind or around it, in words."""

    last: Head
    told: tuple[str, ...] = ()


def resume(file: Path, handle: int) -> Resumed:
    """The last row of the opened present file, or of the last full one.

    A torn last line was never acknowledged: it is moved to a file of its own. Raises RunError
    where the last row was changed or rows are missing at the end; OSError.
    """
    told = []
    size = os.fstat(handle).st_size
    line, rest = _tail(handle, size)
    if rest:
        aside = _put_aside(file, rest)
        os.ftruncate(handle, size - len(rest))
        os.fsync(handle)
        told.append(f"a torn line of {len(rest)} bytes at the end was put into {aside.name}")
    full = full_files(file)
    if line is None and full:
        opened = os.open(full[-1][1], os.O_RDONLY)
        try:
            line, _ = _tail(opened, os.fstat(opened).st_size)
        finally:
            os.close(opened)
    last = _checked(file, line)
    head = read_head(file)
    if head is None:
        if last.sequence:
            told.append("the head file was missing or unreadable")
    elif last.sequence < head.sequence or (
        last.sequence == head.sequence and last.digest != head.digest
    ):
        raise _broken(file, f"{head_file(file).name} names row {head.sequence} as the last")
    return Resumed(last, tuple(told))


def _checked(file: Path, line: bytes | None) -> Head:
    if line is None:
        return Head(0, START)
    try:
        row = read(line)
    except ValueError as error:
        raise _broken(file, f"the last row {error}") from None
    return Head(int(str(row["sequence"])), str(row["digest"]))


def _broken(file: Path, what: str) -> RunError:
    return RunError(
        f"{file}: the audit was changed or cut off: {what}; nothing is written to a plant until "
        f"it is restored, or moved away after `rami audit verify {file}`"
    )


def _tail(handle: int, size: int) -> tuple[bytes | None, bytes]:
    """The last whole line (without its end) and what stands behind it."""
    reach = _REACH
    while True:
        tail = os.pread(handle, min(reach, size), max(0, size - reach))
        end = tail.rfind(b"\n")
        begin = tail.rfind(b"\n", 0, end) if end > 0 else -1
        if begin >= 0 or reach >= size:
            break
        reach *= 2
    return (tail[begin + 1 : end] if end >= 0 else None), tail[end + 1 :]


def _put_aside(file: Path, torn: bytes) -> Path:
    number = 1
    while True:
        aside = file.with_name(f"{file.stem}.torn-{number:03d}")
        try:
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(handle, "wb") as out:
            out.write(torn)
            out.flush()
            os.fsync(out.fileno())
        return aside
