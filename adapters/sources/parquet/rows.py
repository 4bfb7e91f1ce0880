"""Rows of Parquet files, column by column, through DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError, Problem
from rami.core.frame import Values
from rami.core.wording import did_you_mean
from rami.core.written import is_pattern, matching
from rami.information.table.faults import Faults
from rami.information.table.local import named_zone, utc
from rami.information.table.raster import Stamps
from rami.information.table.series_file import Numbers
from rami.information.table.settings import TableFile

_INSTANTS = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_S", "TIMESTAMP_MS")
_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


class ParquetRows:
    """All rows of all files (`TableRows`); lines are rows, counted from 1 in each file.

    Columns are read when they are asked for. Raises DataError: no such file, not Parquet,
    columns that differ between files, no time column, an instant that does not exist.
    """

    units: tuple[str, ...] | None = None

    def __init__(self, declared: TableFile, folder: Path) -> None:
        self.declared = declared
        self.file = str(folder / declared.file)
        self._paths = _paths(folder, declared.file)
        self._connection = duckdb.connect()
        types = _types(self._connection, self._paths)
        self.header = tuple(types)
        self._types = types
        faults = self.faults()
        self.times: tuple[int, ...] = (self._time_place(faults),)
        zone = self._zone(self.header[self.times[0]], faults)
        if faults:
            raise DataError(faults.problems)
        counts = [len(column) for column in self._column(self.header[self.times[0]], "{}")]
        self._bases = [0, *np.cumsum(counts).tolist()]
        stamps = self._instants(self.header[self.times[0]], zone, faults)
        if faults:
            raise DataError(faults.problems)
        if not len(stamps):
            raise DataError([Problem(self.file, "holds no rows")])
        self._stamps = stamps

    def faults(self) -> Faults:
        """An empty collection that knows the files."""
        bases = getattr(self, "_bases", [0])
        return Faults(self.file, list(zip(bases, map(str, self._paths), strict=False)))

    def stamps(self) -> Stamps:
        """UTC nanoseconds of every row."""
        return self._stamps

    def lines(self) -> NDArray[np.int64]:
        """Number of every row, counted on over all files."""
        return np.arange(1, len(self._stamps) + 1, dtype=np.int64)

    def issued(self, title: str, faults: Faults) -> Stamps:
        """The issue time of every row."""
        if title not in self.header:
            faults.add("columns", None, f"no column {title!r}", did_you_mean(title, self.header))
            return self._stamps
        return self._instants(title, self._zone(title, faults), faults)

    def numbers(self, places: set[int], faults: Faults) -> Numbers:
        """Gives the numbers of these columns; a fault for each that holds none."""
        for place in sorted(places):
            title = self.header[place]
            if not self._types[title].startswith(_NUMBERS):
                what = f"column {title!r} holds {self._types[title].lower()}, wanted numbers"
                faults.add("types", None, what)

        def numbers(
            name: str, place: int, chosen: NDArray[np.bool_] | None, faults: Faults
        ) -> Values:
            parts = self._column(self.header[place], "CAST({} AS DOUBLE)")
            values = np.concatenate([np.ma.filled(p.astype(float), np.nan) for p in parts])
            rows = np.arange(len(values)) if chosen is None else np.flatnonzero(chosen)
            for row in rows[np.isinf(values[rows])].tolist():
                what = f"{name}: {values[row]} is not a number"
                faults.add(f"{name}: infinite numbers", row + 1, what)
            return np.asarray(values[rows])

        return numbers

    def words(self, place: int) -> tuple[list[str], NDArray[np.int64]]:
        """Different texts of a column, and which one each row has."""
        parts = self._column(self.header[place], "coalesce(CAST({} AS VARCHAR), '')")
        known: dict[str, int] = {}
        codes = [known.setdefault(str(w).strip(), len(known)) for p in parts for w in p.tolist()]
        return list(known), np.array(codes, np.int64)

    def _time_place(self, faults: Faults) -> int:
        title = self.declared.time
        if title is None:
            return 0
        if title not in self.header:
            hint = did_you_mean(title, self.header)
            faults.add("time column", None, f"no time column {title!r}", hint)
            return 0
        return self.header.index(title)

    def _zone(self, title: str, faults: Faults) -> tzinfo | None:
        kind = self._types[title]
        if not kind.startswith(_INSTANTS):
            what = f"column {title!r} holds {kind.lower()}, wanted time stamps"
            faults.add("types", None, what, "name the time column: time: ...")
            return None
        if kind.endswith("TIME ZONE") or title.lower().endswith("utc"):
            return UTC
        if self.declared.zone is None:
            what = f"the time stamps of {title!r} carry no time zone"
            faults.add("zone", None, what, "declare it, e.g. zone: UTC or zone: Europe/Berlin")
            return None
        return named_zone(self.declared.zone, faults)

    def _instants(self, title: str, zone: tzinfo | None, faults: Faults) -> Stamps:
        if zone is None:
            return np.zeros(0, np.int64)
        parts = self._column(title, "epoch_ns({})")
        missing = np.concatenate([np.ma.getmaskarray(p) for p in parts])
        for row in np.flatnonzero(missing).tolist():
            faults.add("time stamps", row + 1, f"{title}: no time stamp", "leave out such rows")
        local = np.concatenate([np.ma.filled(p, 0) for p in parts]).astype(np.int64)
        if zone is UTC:
            return local
        stamps, exists = utc(local, zone, self._groups(title))
        for row in np.flatnonzero(~exists).tolist():
            what = f"{np.datetime64(int(local[row]), 'ns').astype('datetime64[s]')} does not exist"
            hint = "the clocks skip this hour in spring; is the file in another zone, e.g. UTC?"
            faults.add("skipped hour", row + 1, f"{what} in {zone}", hint)
        return stamps

    def _groups(self, title: str) -> NDArray[np.int64] | None:
        """Which rows follow each other in time: those of one signal and one issue.

        Issue times repeat: of the hour that autumn repeats they get the first.
        """
        declared = self.declared
        if title == declared.issued:
            return np.arange(self._bases[-1], dtype=np.int64)
        titles = [declared.issued, declared.long.signal if declared.long else None]
        groups: NDArray[np.int64] | None = None
        for beside in titles:
            if beside in self.header:
                words, codes = self.words(self.header.index(str(beside)))
                groups = codes if groups is None else groups * len(words) + codes
        return groups

    def _column(self, title: str, expression: str) -> list[Any]:
        quoted = '"' + title.replace('"', '""') + '"'
        sql = f"SELECT {expression.format(quoted)} AS c FROM read_parquet(?)"
        found = []
        for path in self._paths:
            with _translated(path):
                found.append(self._connection.execute(sql, [str(path)]).fetchnumpy()["c"])
        return found


def _paths(folder: Path, file: Path) -> list[Path]:
    if not is_pattern(file):
        paths = [folder / file]
        if not paths[0].is_file():
            there = [p.name for p in paths[0].parent.glob("*.parquet")]
            hint = did_you_mean(paths[0].name, there) if there else f"looked in {paths[0].parent}"
            raise DataError([Problem(str(paths[0]), "cannot be read", hint)])
        return paths
    paths = matching(folder, file)
    if not paths:
        raise DataError([Problem(str(folder / file), "no file matches")])
    return paths


def _types(connection: Any, paths: Sequence[Path]) -> dict[str, str]:
    """Type of every column by title; the files must agree."""
    first: dict[str, str] = {}
    problems = []
    for path in paths:
        found = dict(_described(connection, path))
        first = first or found
        if list(found.items()) != list(first.items()):
            differ = sorted(set(found.items()) ^ set(first.items())) or [("their order", "")]
            what = f"columns differ from those of {paths[0]}: "
            what += ", ".join(dict.fromkeys(" ".join(d).strip() for d in differ))
            problems.append(Problem(str(path), what, "list it as a file of its own"))
    if problems:
        raise DataError(problems)
    return first


def _described(connection: Any, path: Path) -> list[tuple[str, str]]:
    with _translated(path):
        rows = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    return [(str(row[0]), str(row[1])) for row in rows]


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        what = f"is no Parquet file that can be read: {str(error).splitlines()[0]}"
        raise DataError([Problem(str(path), what)]) from error
