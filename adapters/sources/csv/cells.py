"""Numbers of a column: decimal comma or point, empty cells, text where a number should be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.digits import numbers
from adapters.sources.csv.plain import PlainCells
from adapters.sources.csv.table import Cells, Table
from rami.core.frame import Values
from rami.information.table.faults import Faults

Decimal = Literal[".", ","]

#: cells that mean "no value"
EMPTY = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
#: no measurement is beyond it, and differences and squares of numbers below it are finite
_MOST = 1e100
_THOUSANDS = re.compile(r"^\s*[-+]?[1-9]\d{0,2}(,\d{3})+\s*$")
_COMMA = re.compile(r"^\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*$")


def decimal_sign(
    declared: CsvFile, table: Table, places: Iterable[int], faults: Faults, base: int
) -> Decimal:
    """The sign in use: as declared, else a comma where cells have one and none has a point.

    Commas that could all part thousands (2,331) are a fault: nothing tells 2331 from 2.331.
    """
    if declared.decimal != "auto":
        return declared.decimal
    commas = points = 0
    first: dict[int, tuple[int, str]] = {}
    thousands = True
    for place in places:
        cells = table.column(place)
        with_comma, with_point = _having(cells, ","), _having(cells, ".")
        commas, points = commas + len(with_comma), points + len(with_point)
        if with_comma:
            row = with_comma[0]
            first[place] = (int(table.lines[row]) + base, cells[row].strip())
            thousands = thousands and all(_THOUSANDS.match(cells[i]) for i in with_comma)
    if commas and points:
        faults.add(
            "decimal sign",
            None,
            f"{commas} cells have a comma and {points} a point",
            "declare decimal: ',' or '.', and leave thousands unseparated",
        )
    elif commas and thousands:
        for place, (line, cell) in sorted(first.items(), key=lambda item: item[1][0]):
            faults.add(
                "thousands or decimals",
                line,
                f"column {table.header[place]!r}: {cell!r} may part thousands or decimals; every "
                f"comma of the numbers stands before three digits",
                "declare decimal: ',' if it is the decimal comma, else write the thousands "
                "unseparated",
            )
    return "," if commas and not points else "."


def column_numbers(
    name: str,
    table: Table,
    place: int,
    rows: NDArray[np.int64],
    decimal: Decimal,
    faults: Faults,
    base: int,
) -> Values:
    """A column's numbers as they are written, NaN for empty cells, for the given rows."""
    cells = table.column(place)
    if isinstance(cells, PlainCells) and cells.matrix is not None:
        values, taken = numbers(cells.matrix, decimal)
    else:
        values, taken = np.zeros(len(cells)), np.zeros(len(cells), bool)
    sort = f"{name}: text among the numbers"
    for row in rows[~taken[rows]].tolist():
        cell = cells[row].strip()
        value = _number(cell, decimal)
        if value is None:
            hint = "declare decimal: ','" if decimal == "." and _COMMA.match(cell) else ""
            what = f"{name}: {cell!r} is not a number"
            faults.add(sort, int(table.lines[row]) + base, what, hint)
            value = 0.0  # counted as a fault, not as a gap too
        values[row] = value
    return values[rows]


def _having(cells: Cells, sign: str) -> list[int]:
    if isinstance(cells, PlainCells) and cells.matrix is not None:
        return np.flatnonzero((cells.matrix == ord(sign)).any(axis=1)).tolist()
    return [i for i, cell in enumerate(cells) if sign in cell]


def _number(cell: str, decimal: Decimal) -> float | None:
    if cell.lower() in EMPTY:
        return nan
    if decimal == ",":
        if "." in cell:
            return None
        cell = cell.replace(",", ".")
    try:
        value = float(cell) if "_" not in cell else None
    except ValueError:
        return None
    return value if value is not None and abs(value) < _MOST else None
