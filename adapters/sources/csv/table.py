"""A CSV file as text: separator, header, rows with their line numbers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.faults import Faults
from rami.core.errors import DataError, Problem
from rami.core.wording import did_you_mean

_SEPARATORS = (";", "\t", ",")


@dataclass(frozen=True)
class Table:
    """Cells as text; `lines[i]` is the line of `rows[i]` in the file, counted from 1."""

    file: str
    separator: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]


def read_table(declared: CsvFile, folder: Path) -> Table:
    """Read the text; empty lines are skipped. Raises DataError with all rows that do not fit."""
    path = folder / declared.file
    text = _text(path, declared)
    separator = {"tab": "\t", "auto": _recognise(text)}.get(declared.separator, declared.separator)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    faults = Faults(str(path))
    header: tuple[str, ...] = ()
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if not any(row):
                continue
            if not header:
                header = tuple(cell.strip() for cell in row)
                continue
            if len(row) != len(header):
                faults.add(
                    "wrong number of cells",
                    reader.line_num,
                    f"{len(row)} cells, wanted {len(header)} as in the header",
                    "a decimal comma in a comma-separated file splits cells"
                    if separator == ","
                    else "",
                )
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError([Problem(f"{path}:{reader.line_num}", f"not CSV: {error}")]) from error
    if not rows:
        faults.add("empty", None, "holds no data rows", "wanted a header line and rows below it")
    if faults:
        raise DataError(faults.problems)
    return Table(str(path), separator, header, rows, lines)


def _text(path: Path, declared: CsvFile) -> str:
    encoding = "utf-8-sig" if declared.encoding.lower() in ("utf-8", "utf8") else declared.encoding
    try:
        return path.read_bytes().decode(encoding)
    except OSError as error:
        there = [p.name for p in path.parent.glob("*.csv")] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, there) if there else f"looked in {path.parent}"
        raise DataError([Problem(str(path), "cannot be read", hint)]) from error
    except LookupError as error:
        raise DataError([Problem(str(path), f"no encoding {declared.encoding!r}")]) from error
    except UnicodeDecodeError as error:
        hint = "name the file's encoding, e.g. encoding: cp1252"
        raise DataError([Problem(str(path), f"is not {declared.encoding} text", hint)]) from error


def _recognise(text: str) -> str:
    head = text.lstrip().split("\n", 1)[0]
    return max(_SEPARATORS, key=lambda s: (head.count(s), -_SEPARATORS.index(s)))
