"""A CSV file as cells: separator, header, columns with their line numbers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.load import load
from adapters.sources.csv.plain import PlainCells, PlainTable, split_plain
from rami.core.errors import DataError, Problem
from rami.information.table.faults import Faults

_SEPARATORS = (";", "\t", ",")

#: a column of texts, or of places in the file's bytes
Cells: TypeAlias = PlainCells | Sequence[str]


@dataclass(frozen=True)
class Table:
    """`lines[i]` is the line of row i in the file, counted from 1.

    `units` are the cells of a row of units below the header, if one is declared.
    """

    file: str
    separator: str
    header: tuple[str, ...]
    units: tuple[str, ...] | None
    lines: NDArray[np.int64]
    content: PlainTable | list[list[str]]

    def column(self, place: int) -> Cells:
        """The cells of one column."""
        if isinstance(self.content, PlainTable):
            return self.content.column(place)
        return [row[place] for row in self.content]

    def cell(self, row: int, place: int) -> str:
        """One cell."""
        if isinstance(self.content, PlainTable):
            return self.content.column(place)[row]
        return self.content[row][place]

    def __len__(self) -> int:
        return len(self.lines)


@dataclass
class _Rows:
    """What the careful reader finds: the lines that are not empty."""

    rows: list[list[str]]
    lines: list[int]


def read_table(declared: CsvFile, path: Path, *, careful: bool = False) -> Table:
    """Read a file; empty lines are skipped. Raises DataError with all rows that do not fit.

    `careful` reads every row as text; the cells are the same.
    """
    data = load(path, declared.encoding)
    body, before = _behind(data, declared)
    first = body.split(b"\n", 1)[0].decode()
    separator = {"tab": "\t", "auto": _recognise(first)}.get(declared.separator, declared.separator)
    if not careful and first.strip() and '"' not in first:
        below, used = body[body.find(b"\n") + 1 :] if b"\n" in body else b"", 1
        header = _cells(first, separator)
        units = None
        if declared.units_row:
            units = _cells(below.split(b"\n", 1)[0].decode(), separator)
            below, used = below.partition(b"\n")[2], 2
        fits = units is None or len(units) == len(header)
        plain = split_plain(below, separator, len(header), declared.comment) if fits else None
        if plain is not None:
            return Table(str(path), separator, header, units, plain.lines + before + used, plain)
    return _carefully(declared, path, body.decode(), separator, before)


def _carefully(declared: CsvFile, path: Path, text: str, separator: str, before: int) -> Table:
    faults = Faults(str(path))
    header: tuple[str, ...] = ()
    units: tuple[str, ...] | None = None
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            if not any(row) or (declared.comment and row[0].startswith(declared.comment)):
                continue
            if not header:
                header = tuple(cell.strip() for cell in row)
                if len(header) == 1:
                    what = f"one column only: {header[0]!r}"
                    hint = "declare separator, or how many lines precede the header: preamble: 5"
                    raise DataError([Problem(f"{path}:{reader.line_num + before}", what, hint)])
                continue
            if len(row) != len(header):
                faults.add(
                    "wrong number of cells",
                    reader.line_num + before,
                    f"{len(row)} cells, wanted {len(header)} as in the header",
                    _hint(separator, len(row), len(header)),
                )
            if declared.units_row and units is None:
                units = tuple(cell.strip() for cell in row)
                continue
            rows.append(row)
            lines.append(reader.line_num + before)
    except csv.Error as error:
        where = f"{path}:{reader.line_num + before}"
        raise DataError([Problem(where, f"not CSV: {error}")]) from error
    if not rows:
        faults.add("empty", None, "holds no data rows", "wanted a header line and rows below it")
    if faults:
        raise DataError(faults.problems)
    return Table(str(path), separator, header, units, np.array(lines, np.int64), rows)


def _behind(data: bytes, declared: CsvFile) -> tuple[bytes, int]:
    """The text from the header on, and how many lines stand before it."""
    word = declared.comment.encode()
    start = line = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        text = data[start:end]
        if line >= declared.preamble and text.strip() and not (word and text.startswith(word)):
            break
        start, line = end + 1, line + 1
    return data[start:], line


def _cells(line: str, separator: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.rstrip("\r").split(separator))


def _recognise(head: str) -> str:
    return max(_SEPARATORS, key=lambda s: (head.count(s), -_SEPARATORS.index(s)))


def _hint(separator: str, got: int, wanted: int) -> str:
    if separator == "," and got > wanted:
        return "a decimal comma in a comma-separated file splits cells"
    return ""
