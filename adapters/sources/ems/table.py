"""The CSV form: one value a row, `series,unit,time,value` and, if wanted, `issued,until,status`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO

import numpy as np

from adapters.sources.ems.fetched import Fetched
from adapters.sources.ems.form import Unreadable, ends_of, status_of
from rami.core.errors import Problem
from rami.core.timegrid import instant
from rami.core.units import convert
from rami.information.external.delivery import Delivery

_NEEDED = ("series", "unit", "time", "value")


def read(text: str, where: str, quantities: Mapping[str, str]) -> Fetched:
    """The series asked for (name: quantity), each in its canonical unit.

    Instants carry their zone; the decimal sign is a point. Raises Unreadable for a file that
    does not end with a whole line or lacks a column.
    """
    if not text.endswith(("\n", "\r")):
        raise Unreadable("does not end with a whole line: half written")
    separator = ";" if text.partition("\n")[0].count(";") else ","
    rows = csv.DictReader(StringIO(text), delimiter=separator, restval="")
    lines: dict[str, list[tuple[int, dict[str, str]]]] = {}
    try:
        lacking = [c for c in _NEEDED if c not in (rows.fieldnames or ())]
        if lacking:
            raise Unreadable(f"lacks the columns {', '.join(lacking)}")
        for number, row in enumerate(rows, 2):
            if row["series"] in quantities:
                lines.setdefault(row["series"], []).append((number, row))
    except csv.Error as error:
        raise Unreadable(f"is no CSV: {error}") from None
    found = Fetched()
    for name, listed in lines.items():
        values: list[tuple[int, int | None, int, float, int]] = []
        for number, row in listed:
            try:
                values.append(_row(row, quantities[name]))
            except ValueError as error:
                found.refuse(name, Problem(f"{where}:{number}", f"{name}: {error}"))
        if values and name not in found.refused:
            try:
                found.add(name, _delivery(values))
            except OverflowError:
                found.refuse(name, Problem(where, f"{name}: a time beyond the year 2262"))
    return found


def _row(row: dict[str, str], quantity: str) -> tuple[int, int | None, int, float, int]:
    """Begin, end, issue, value, status; ValueError."""
    if None in row:  # where DictReader puts what no column is for
        raise ValueError("more cells than columns; decimals want a point")
    begin = instant(row["time"])
    issued = instant(row["issued"]) if row.get("issued") else begin
    until = instant(row["until"]) if row.get("until") else None
    value = float(row["value"]) if row["value"].strip() else float("nan")
    return (
        begin,
        until,
        issued,
        convert(value, row["unit"], quantity),
        status_of(row.get("status") or "good"),
    )


def _delivery(rows: list[tuple[int, int | None, int, float, int]]) -> Delivery:
    """Values in the order of their times; one without `until` ends where the next of its issue
    begins."""
    rows.sort(key=lambda r: (r[2], r[0]))
    times = np.array([r[0] for r in rows], np.int64)
    issued = np.array([r[2] for r in rows], np.int64)
    ends = np.empty(len(rows), np.int64)
    for issue in np.unique(issued):
        mine = issued == issue
        ends[mine] = ends_of(times[mine], None)
    for place, row in enumerate(rows):
        if row[1] is not None:
            ends[place] = row[1]
    return Delivery(
        times,
        ends,
        issued,
        np.array([r[3] for r in rows]),
        np.array([r[4] for r in rows], np.uint32),
    )
