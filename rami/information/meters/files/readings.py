"""Readings of files in chunks: meters' numbers, times, and a value per register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rami.core import units
from rami.core.errors import DataError, Problem
from rami.information.meters.files.cells import LONGEST, Cells, alike, numbers, split
from rami.information.meters.files.faults import Faults
from rami.information.meters.files.stamps import Stamps
from rami.information.meters.files.text import blocks, decoded
from rami.information.meters.settings import MeterFiles, MeterRegister

_SEPARATORS = {",": 44, ";": 59, "tab": 9}


@dataclass(frozen=True)
class Readings:
    """Rows of one chunk: `meters` index into `numbers` (raw, in memory only), UTC nanoseconds,
    and a column per register in canonical units, NaN where there is none."""

    numbers: list[bytes]
    meters: NDArray[np.int64]
    times: NDArray[np.int64]
    values: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class _Column:
    name: str
    place: int
    factor: float
    offset: float


def read_files(
    files: Sequence[Path],
    shape: MeterFiles,
    registers: Mapping[str, MeterRegister],
    faults: Faults,
    register: str | None = None,
) -> Iterator[Readings]:
    """The readings of files. Lines at fault are left out and told to `faults`, by number only.

    `register` is the one that wide files hold. Raises DataError for files that cannot be read.
    """
    stamps = Stamps(shape.zone, shape.time_format)
    for file in files:
        stamps.new_file()
        known: dict[bytes, int] = {}
        lines = 0
        header: list[str] = []
        separator = 0
        for data in blocks(file):
            body = data
            if not header:
                head, _, body = data.partition(b"\n")
                separator = _separator(head, shape)
                header = [t.strip() for t in decoded(head).split(chr(separator))]
                lines = 1
            if body:
                cells = split(body, separator, len(header))
                for line in cells.odd:
                    what = f"wanted {len(header)} cells as in the header"
                    faults.add(file, lines + int(line) + 1, what)
                where = _Where(file, lines, faults, known)
                if shape.shape == "long":
                    yield _long(cells, header, shape, registers, stamps, where)
                else:
                    yield _wide(cells, header, shape, registers, register, stamps, where)
                lines += body.count(b"\n")
        if not header:
            faults.add(file, None, "is empty")


@dataclass(frozen=True)
class _Where:
    file: Path
    lines: int
    faults: Faults
    known: dict[bytes, int]

    def places(self, numbers: list[bytes]) -> NDArray[np.int64]:
        """The same place for the same meter in all chunks of a file."""
        return np.array([self.known.setdefault(n, len(self.known)) for n in numbers], np.int64)

    def add(self, line: int, what: str) -> None:
        self.faults.add(self.file, self.lines + line + 1, what)


def _long(
    cells: Cells,
    header: list[str],
    shape: MeterFiles,
    registers: Mapping[str, MeterRegister],
    stamps: Stamps,
    where: _Where,
) -> Readings:
    place = {title: i for i, title in enumerate(header)}
    columns = [_column(n, r, place.get(r.column or n, -1)) for n, r in registers.items()]
    missing = [t for t in (shape.id, shape.time) if t not in place]
    missing += [registers[c.name].column or c.name for c in columns if c.place < 0]
    if missing:
        wanted = f"no column {', '.join(map(repr, missing))}"
        hint = f"{len(header)} columns; declare files.id, files.time and the registers' columns"
        raise DataError([Problem(f"{where.file}:1", wanted, hint)])
    meant = {shape.id, shape.time, *(r.column or n for n, r in registers.items())}
    twice = sorted(t for t in meant if header.count(t) > 1)
    if twice:
        what = f"column {', '.join(map(repr, twice))} comes more than once"
        raise DataError([Problem(f"{where.file}:1", what, "leave one of them")])
    i, j = place[shape.id], place[shape.time]
    ids, meters = alike(cells.text, cells.starts[:, i], cells.ends[:, i])
    times, fine = _times(cells, j, where.places(ids)[meters], stamps, where)
    fits = np.array([0 < len(one) <= LONGEST for one in ids], np.bool_)
    for row in np.flatnonzero(~fits[meters]):
        where.add(int(cells.lines[row]), "no meter's number, or one longer than 64 letters")
    fine &= fits[meters]
    values = {}
    for column in columns:
        read, wrong = numbers(
            cells.text, cells.starts[:, column.place], cells.ends[:, column.place],
            ord(shape.decimal),
        )  # fmt: skip
        for row in np.flatnonzero(wrong):
            where.add(int(cells.lines[row]), f"column {header[column.place]!r} holds no number")
        values[column.name] = (read * column.factor + column.offset)[fine]
    return Readings(ids, meters[fine], times[fine], values)


def _wide(
    cells: Cells,
    header: list[str],
    shape: MeterFiles,
    registers: Mapping[str, MeterRegister],
    register: str | None,
    stamps: Stamps,
    where: _Where,
) -> Readings:
    if register is None or register not in registers:
        what = "a wide file holds one register"
        hint = f"say which: --register {' or '.join(registers)}"
        raise DataError([Problem(str(where.file), what, hint)])
    if shape.time not in header:
        raise DataError([Problem(f"{where.file}:1", f"no column {shape.time!r}")])
    j = header.index(shape.time)
    wide = [i for i in range(len(header)) if i != j]
    column = _column(register, registers[register], 0)
    ids = [header[i].encode() for i in wide]
    if len(set(ids)) != len(ids) or not all(0 < len(one) <= LONGEST for one in ids):
        # which columns, not which numbers
        what = "meters' numbers repeat, are missing or are longer than 64 letters"
        raise DataError([Problem(f"{where.file}:1", what)])
    count = len(cells.lines)
    each = np.zeros(count, np.int64)
    times, fine = _times(cells, j, each, stamps, where)
    read, wrong = numbers(
        cells.text, cells.starts[:, wide].ravel(), cells.ends[:, wide].ravel(), ord(shape.decimal)
    )
    for at in np.flatnonzero(wrong):
        row, meter = divmod(int(at), len(wide))
        where.add(int(cells.lines[row]), f"cell {wide[meter] + 1} holds no number")
    table = (read * column.factor + column.offset).reshape(count, len(wide))[fine]
    meters = np.repeat(np.arange(len(wide)), len(table))
    return Readings(
        ids, meters, np.tile(times[fine], len(wide)), {register: table.T.ravel()}
    )  # fmt: skip


def _times(
    cells: Cells, column: int, meters: NDArray[np.int64], stamps: Stamps, where: _Where
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    written, which = alike(cells.text, cells.starts[:, column], cells.ends[:, column])
    first, second, wrong = stamps.read(written)
    fine = np.array([not w for w in wrong], np.bool_)[which]
    for row in np.flatnonzero(~fine):
        where.add(int(cells.lines[row]), f"cell {column + 1} {wrong[which[row]]}")
    times = first[which]
    times[fine] = stamps.ordered(first[which][fine], second[which][fine], meters[fine])
    return times, fine


def _column(name: str, register: MeterRegister, place: int) -> _Column:
    offset = units.convert(0.0, register.unit, register.quantity)
    factor = units.convert(1.0, register.unit, register.quantity) - offset
    return _Column(name, place, factor, offset)


def _separator(head: bytes, shape: MeterFiles) -> int:
    if shape.separator != "auto":
        return _SEPARATORS[shape.separator]
    return max((59, 9, 44), key=lambda sign: head.count(bytes([sign])))
