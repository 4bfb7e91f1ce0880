"""Numbers of a column: decimal comma or point, empty cells, text where a number should be."""

from __future__ import annotations

import re
from math import isfinite, nan
from typing import Literal

import numpy as np

from adapters.sources.csv.columns import Column
from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.faults import Faults
from adapters.sources.csv.table import Table
from rami.core.frame import Values

#: cells that mean "no value"
EMPTY = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
_THOUSANDS = re.compile(r"^\s*[-+]?[1-9]\d{0,2}(,\d{3})+\s*$")
_COMMA = re.compile(r"^\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*$")


def decimal_sign(
    declared: CsvFile, table: Table, places: list[int], faults: Faults
) -> Literal[".", ","]:
    """The sign in use: as declared, else a comma where cells have one and none has a point.

    Commas that could all part thousands (2,331) are a fault: nothing tells 2331 from 2.331.
    """
    if declared.decimal != "auto":
        return declared.decimal
    commas = points = 0
    first: dict[int, tuple[int, str]] = {}
    thousands = True
    for line, row in zip(table.lines, table.rows, strict=True):
        for place in places:
            cell = row[place]
            points += "." in cell
            if "," in cell:
                commas += 1
                first.setdefault(place, (line, cell.strip()))
                thousands = thousands and _THOUSANDS.match(cell) is not None
    if commas and points:
        faults.add(
            "decimal sign",
            None,
            f"{commas} cells have a comma and {points} a point",
            "declare decimal: ',' or '.', and leave thousands unseparated",
        )
    elif commas and thousands:
        for place, (line, cell) in first.items():
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
    column: Column,
    table: Table,
    rows: list[int],
    decimal: Literal[".", ","],
    faults: Faults,
) -> Values:
    """A column's values in the canonical unit, NaN for empty cells, for the given rows."""
    values = np.empty(len(rows))
    for i, row in enumerate(rows):
        cell = table.rows[row][column.place].strip()
        value = _number(cell, decimal)
        if value is None:
            hint = "declare decimal: ','" if decimal == "." and _COMMA.match(cell) else ""
            what = f"{name}: {cell!r} is not a number"
            faults.add(f"{name}: text among the numbers", table.lines[row], what, hint)
            value = 0.0  # counted as a fault, not as a gap too
        values[i] = value
    return values * column.factor + column.offset


def _number(cell: str, decimal: Literal[".", ","]) -> float | None:
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
    return value if value is not None and isfinite(value) else None
