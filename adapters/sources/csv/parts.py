"""The tables that make one file: one, or several that continue each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.sources.csv.cells import column_numbers, decimal_sign
from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.plain import PlainCells
from adapters.sources.csv.table import Cells, Table, read_table
from adapters.sources.csv.times import named_column, time_places, time_stamps, zone_of
from rami.core.errors import DataError, Problem
from rami.core.frame import Values
from rami.core.written import is_pattern, matching
from rami.information.table.faults import Faults
from rami.information.table.raster import Stamps
from rami.information.table.series_file import Numbers


@dataclass(frozen=True)
class Part:
    """A table, the rows of it that have an instant, and where its lines start to count."""

    table: Table
    base: int
    rows: NDArray[np.int64]
    stamps: Stamps


class Parts:
    """All rows of all tables, column by column. Raises DataError when files or times are wrong."""

    def __init__(self, declared: CsvFile, folder: Path) -> None:
        self.declared = declared
        tables = _tables(declared, folder)
        self.header, self.units = tables[0].header, tables[0].units
        self.file = str(folder / declared.file)
        self.bases = [0, *np.cumsum([int(t.lines[-1]) for t in tables]).tolist()]
        self.files = [(b, t.file) for b, t in zip(self.bases, tables, strict=False)]
        faults = self.faults()
        self.times = time_places(declared, tables[0], faults)
        titles = [self.header[p] for p in self.times]
        self._zone = zone_of(declared, titles, faults)
        parts = []
        for table, base in zip(tables, self.bases, strict=False):
            if not faults:
                at = time_stamps(declared, table, self.times, self._zone, faults, base)
                parts.append(Part(table, base, at[1], at[0]))
        if faults:
            raise DataError(faults.problems)
        self._parts = [p for p in parts if len(p.rows)]
        if not self._parts:
            raise DataError([Problem(self.file, "no row has a time stamp")])
        self._parts.sort(key=lambda p: int(p.stamps[0]))

    def faults(self) -> Faults:
        """An empty collection that knows the files."""
        return Faults(self.file, self.files)

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)

    def stamps(self) -> Stamps:
        """UTC nanoseconds of every row."""
        return np.concatenate([p.stamps for p in self._parts])

    def lines(self) -> NDArray[np.int64]:
        """Line of every row."""
        return np.concatenate([p.table.lines[p.rows] + p.base for p in self._parts])

    def issued(self, title: str, faults: Faults) -> Stamps:
        """The issue time of every row."""
        found = []
        for p in self._parts:
            place = named_column(title, p.table, faults)
            zone = zone_of(self.declared, [title, *(self.header[t] for t in self.times)], faults)
            at, rows = time_stamps(self.declared, p.table, (place,), zone, faults, p.base)
            spread = np.zeros(len(p.table), np.int64)
            spread[rows] = at
            found.append(spread[p.rows])
        return np.concatenate(found)

    def numbers(self, places: set[int], faults: Faults) -> Numbers:
        """Gives the numbers of these columns; decides on the decimal sign of each table."""
        listed = sorted(places)
        signs = [decimal_sign(self.declared, p.table, listed, faults, p.base) for p in self._parts]

        def numbers(
            name: str, place: int, chosen: NDArray[np.bool_] | None, faults: Faults
        ) -> Values:
            found = []
            for p, sign, rows in zip(self._parts, signs, self._chosen(chosen), strict=True):
                found.append(column_numbers(name, p.table, place, rows, sign, faults, p.base))
            return np.concatenate(found)

        return numbers

    def words(self, place: int) -> tuple[list[str], NDArray[np.int64]]:
        """Different texts of a column, and which one each row has."""
        known: dict[str, int] = {}
        codes = []
        for p in self._parts:
            texts, which = _different(p.table.column(place))
            numbers = [known.setdefault(t, len(known)) for t in texts]
            codes.append(np.array(numbers, np.int64)[which][p.rows])
        return list(known), np.concatenate(codes)

    def _chosen(self, chosen: NDArray[np.bool_] | None) -> list[NDArray[np.int64]]:
        if chosen is None:
            return [p.rows for p in self._parts]
        cuts = np.cumsum([len(p.rows) for p in self._parts])[:-1]
        masks = np.split(chosen, cuts)
        return [p.rows[mask] for p, mask in zip(self._parts, masks, strict=True)]


def _tables(declared: CsvFile, folder: Path) -> list[Table]:
    paths = [folder / declared.file]
    if is_pattern(declared.file):
        paths = matching(folder, declared.file)
        if not paths:
            raise DataError([Problem(str(folder / declared.file), "no file matches")])
    problems: list[Problem] = []
    tables: list[Table] = []
    for path in paths:
        try:
            tables.append(read_table(declared, path))
        except DataError as error:
            problems += error.problems
    for table in tables[1:]:
        first = tables[0]
        if (table.header, table.units) != (first.header, first.units):
            differ = sorted(set(table.header) ^ set(first.header)) or ["their order or units"]
            what = f"columns differ from those of {first.file}: {', '.join(differ)}"
            problems.append(Problem(f"{table.file}:1", what, "list it as a file of its own"))
    if problems:
        raise DataError(problems)
    return tables


def _different(cells: Cells) -> tuple[list[str], NDArray[np.int64]]:
    if isinstance(cells, PlainCells) and cells.matrix is not None and cells.matrix.shape[1]:
        matrix = np.ascontiguousarray(cells.matrix)
        texts: NDArray[np.bytes_] = matrix.view(f"S{matrix.shape[1]}").ravel()
        texts, which = np.unique(texts, return_inverse=True)
        return [t.decode().strip() for t in texts.tolist()], which
    found, which = np.unique([c.strip() for c in cells], return_inverse=True)
    return [str(t) for t in found], which
