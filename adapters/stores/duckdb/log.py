"""The log: rows are in it, and on disk, before a write returns.

A DuckDB database file is not used for this. A checkpoint that meets a full disk loses committed
rows in DuckDB 1.4, and deleted rows stay in its freed blocks; a log of our own shrinks back to
its last good byte, and is rewritten when something must be gone.

File: magic, then records of header (magic, checksums, counts, running number, step) and columns.
A last record that is torn was never acknowledged and is cut off. A damaged record with others
behind it, or within what was closed in order, is an error.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from adapters.stores.duckdb.block import Block
from adapters.stores.duckdb.failures import damaged

_MAGIC = b"rami log 1\n"
_RECORD = b"ROWS"
_HEAD = struct.Struct("<4sI")  # magic, checksum of the rest of the header
_REST = struct.Struct("<IIIQq")  # checksum of the columns, rows, corrections, number, step
_HEADER = _HEAD.size + _REST.size
_ROW = 24


@dataclass(frozen=True)
class Record:
    """What one write kept: new rows, and rows for instants that had one."""

    main: Block
    side: Block


def _pack(block: Block) -> bytes:
    return b"".join(
        np.ascontiguousarray(c).tobytes()
        for c in (block.ids, block.times, block.values, block.status)
    )


def _unpack(data: memoryview, count: int, step_ns: int) -> Block:
    ends = np.cumsum([0, 4 * count, 8 * count, 8 * count, 4 * count])
    ids, times, values, status = (data[a:b] for a, b in pairwise(ends))
    return Block(
        np.frombuffer(ids, np.int32).copy(),
        np.frombuffer(times, np.int64).copy(),
        np.frombuffer(values, np.float64).copy(),
        np.frombuffer(status, np.uint32).copy(),
        step_ns,
    )


class Log:
    """An open log; `size` is its last good byte."""

    def __init__(self, file: Path, *, size: int, number: int) -> None:
        self.file = file
        self.size = size
        self._number = number
        self._handle = os.open(file, os.O_WRONLY)
        os.lseek(self._handle, size, os.SEEK_SET)

    @classmethod
    def create(cls, file: Path) -> Log:
        """An empty one, on disk (its name is once its folder is synced)."""
        with file.open("wb") as handle:
            handle.write(_MAGIC)
            handle.flush()
            os.fsync(handle.fileno())
        return cls(file, size=len(_MAGIC), number=0)

    @property
    def empty(self) -> bool:
        """No rows since it was made."""
        return self.size == len(_MAGIC)

    def append(self, record: Record) -> None:
        """Durable on return; on failure the log is as it was. OSError."""
        data = _pack(record.main) + _pack(record.side)
        rest = _REST.pack(
            crc32(data), len(record.main), len(record.side), self._number, record.main.step_ns
        )
        os.lseek(self._handle, self.size, os.SEEK_SET)  # an interrupted call may have moved it
        try:
            for part in (_HEAD.pack(_RECORD, crc32(rest)) + rest, data):
                self._write(part)
            os.fdatasync(self._handle)
        except BaseException:  # an interrupt too: half a record must not stay
            os.ftruncate(self._handle, self.size)
            os.lseek(self._handle, self.size, os.SEEK_SET)
            raise
        self.size += _HEADER + len(data)
        self._number += 1

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._handle, view) :]

    def cut(self) -> None:
        """Drop what stands behind the last good record."""
        os.ftruncate(self._handle, self.size)
        os.fsync(self._handle)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


@dataclass(frozen=True)
class Replayed:
    """What stood in a log; `torn` bytes at its end belong to no record."""

    records: list[Record]
    size: int
    torn: int


def replay(file: Path, sealed: int) -> Replayed:
    """Every record of a log that was closed at `sealed` bytes or later; RunError."""
    data = memoryview(file.read_bytes())
    if bytes(data[: len(_MAGIC)]) != _MAGIC:
        raise damaged(file, "it does not begin as a log")
    if len(data) < sealed:
        raise damaged(file, f"{sealed} bytes were written, {len(data)} are there")
    records: list[Record] = []
    at = len(_MAGIC)
    for record, after in _records(data, at):
        records.append(record)
        at = after
    if at < sealed or _goes_on(data, at, len(records)):
        raise damaged(file, f"record {len(records)} at byte {at} has a wrong checksum")
    return Replayed(records, at, len(data) - at)


def _header(data: memoryview, at: int) -> tuple[int, int, int, int, int] | None:
    if at + _HEADER > len(data):
        return None
    magic, check = _HEAD.unpack_from(data, at)
    rest = data[at + _HEAD.size : at + _HEADER]
    if magic != _RECORD or crc32(rest) != check:
        return None
    checksum, rows, corrections, number, step = _REST.unpack(rest)
    return checksum, rows, corrections, number, step


def _records(data: memoryview, at: int) -> Iterator[tuple[Record, int]]:
    number = 0
    while (head := _header(data, at)) is not None:
        checksum, rows, corrections, found, step = head
        begin, end = at + _HEADER, at + _HEADER + _ROW * (rows + corrections)
        columns = data[begin:end]
        if found != number or end > len(data) or crc32(columns) != checksum:
            return
        yield (
            Record(
                _unpack(columns[: _ROW * rows], rows, step),
                _unpack(columns[_ROW * rows :], corrections, 0),
            ),
            end,
        )
        at, number = end, number + 1


def _goes_on(data: memoryview, at: int, number: int) -> bool:
    """Whether a later record stands behind a damaged one."""
    raw = bytes(data[at:])
    place = raw.find(_RECORD)
    while place >= 0:
        head = _header(data, at + place)
        if head is not None and head[3] > number:
            return True
        place = raw.find(_RECORD, place + 1)
    return False
