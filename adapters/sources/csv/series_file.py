"""One CSV file, read series by series onto a grid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.sources.csv.cells import Decimal
from adapters.sources.csv.columns import Column, Title, find_column, offered
from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.parts import Parts
from rami.core.errors import DataError, Problem
from rami.core.frame import Issues, Values
from rami.core.quality import Qualities, good, is_bad
from rami.core.timegrid import NS, TimeGrid
from rami.information.table.faults import Faults
from rami.information.table.issues import IssuedRows
from rami.information.table.raster import Raster, find_raster
from rami.information.table.track import Track, check_covers, on_grid, rate


class SeriesFile:
    """A file's rows and, of a wide one, their raster. Raises DataError when these are wrong."""

    def __init__(self, declared: CsvFile, folder: Path) -> None:
        self.declared = declared
        self._parts = Parts(declared, folder)
        self.file = self._parts.file
        self._stamps, self._lines = self._parts.stamps(), self._parts.lines()
        self._tracks: dict[tuple[str, Column], Track] = {}
        faults = self._parts.faults()
        self._issued = self._parts.issued(declared.issued, faults) if declared.issued else None
        self.titles = self._long(faults) if declared.long else self._wide()
        self._common: Raster | None = None
        if not faults and not declared.long and self._issued is None:
            self._common = self._raster(self._stamps, self._lines, faults)
        if faults:
            raise DataError(faults.problems)

    @property
    def has_issues(self) -> bool:
        """Whether the file tells when its values were issued."""
        return self._issued is not None

    def offered(self) -> dict[str, str]:
        """Every series by name, with the title of its column."""
        return offered(self.titles, self.declared.columns)

    def find(self, name: str, quantity: str | None) -> Column | Problem | None:
        """As `find_column`."""
        return find_column(self.file, self.titles, name, self.declared.columns, quantity)

    def read(
        self, columns: Mapping[str, Column], grid: TimeGrid
    ) -> dict[str, tuple[Values, Qualities]]:
        """Series on `grid`; DataError with every cell and gap that is wrong."""
        faults = self._parts.faults()
        if self._common is not None:
            check_covers(self._common.grid, grid, faults)
        decimal = self._decimal(columns, faults)
        if faults:
            raise DataError(faults.problems)
        read = {}
        for name, column in columns.items():
            track = self._track(name, column, decimal, faults)
            if track is not None and self._common is None:
                check_covers(track.raster.grid, grid, faults)
            if track is not None:
                found = on_grid(track, self.declared.gaps, grid, faults)
                if found is not None:
                    read[name] = found
        if faults:
            raise DataError(faults.problems)
        return read

    def read_issued(
        self, columns: Mapping[str, Column], grid: TimeGrid, at_ns: int
    ) -> dict[str, tuple[Values, Qualities, Issues]]:
        """What was known at `at_ns`; DataError with every cell that is wrong."""
        faults = self._parts.faults()
        decimal = self._decimal(columns, faults)
        allowed = self.declared.gaps
        longest = round(allowed.longest * NS) if allowed else 0
        read = {}
        for name, column in columns.items():
            rows = None if faults else self._issues(name, column, decimal, faults)
            if rows is not None:
                read[name] = rows.known(grid, at_ns, longest, column.gives == "temperature")
        if faults:
            raise DataError(faults.problems)
        return read

    def _wide(self) -> list[Title]:
        parts = self._parts
        units = parts.units or ("",) * len(parts.header)
        besides = {*parts.times}
        if self.declared.issued:
            besides.add(parts.header.index(self.declared.issued))
        return [
            Title(text, place, unit)
            for place, (text, unit) in enumerate(zip(parts.header, units, strict=True))
            if place not in besides
        ]

    def _long(self, faults: Faults) -> list[Title]:
        form = self.declared.long
        assert form is not None
        place = self._parts.place(form.signal, faults)
        value = self._parts.place(form.value, faults)
        if faults:
            return []
        self._signals, self._which = self._parts.words(place)
        units: list[str] = [""] * len(self._signals)
        if form.unit is not None:
            words, which = self._parts.words(self._parts.place(form.unit, faults))
            pairs = np.unique(np.stack([self._which, which], axis=1), axis=0)
            for signal, unit in pairs.tolist():
                if units[signal] and units[signal] != words[unit]:
                    what = f"signal {self._signals[signal]!r} has several units: "
                    faults.add("units", None, what + f"{units[signal]}, {words[unit]}")
                units[signal] = words[unit]
        return [Title(t, value, u) for t, u in zip(self._signals, units, strict=True)]

    def _raster(
        self, stamps: NDArray[np.int64], lines: NDArray[np.int64], faults: Faults
    ) -> Raster | None:
        step = None if self.declared.step is None else round(self.declared.step * NS)
        return find_raster(stamps, lines, step, self.declared.stamp == "end", faults)

    def _decimal(self, columns: Mapping[str, Column], faults: Faults) -> list[Decimal]:
        return self._parts.decimal({c.place for c in columns.values()}, faults)

    def _rows(self, column: Column) -> NDArray[np.bool_] | None:
        if self.declared.long is None:
            return None
        return np.asarray(self._which == self._signals.index(column.title))

    def _values(
        self, name: str, column: Column, decimal: list[Decimal], faults: Faults
    ) -> tuple[Values, Qualities]:
        """Canonical values and quality of the series' rows; what is bad has no value."""
        rows = self._rows(column)
        numbers = self._parts.numbers(name, column.place, decimal, rows, faults)
        values = numbers * column.factor + column.offset
        form = self.declared.long
        status = form.status if form and form.status else column.status
        if status is None:
            return values, good(len(values))
        grade = self._parts.status(self._parts.place(status, faults))
        grade = grade if rows is None else grade[rows]
        return np.where(is_bad(grade), np.nan, values), grade

    def _track(
        self, name: str, column: Column, decimal: list[Decimal], faults: Faults
    ) -> Track | None:
        if (name, column) in self._tracks:
            return self._tracks[name, column]
        before = len(faults.problems)
        if self._issued is not None:
            latest = self._issues(name, column, decimal, faults)
            if latest is None:
                return None
            latest = latest.latest()
            values, grade = latest.values, good(len(latest.values))
            raster = self._raster(latest.valid, latest.lines, faults)
        else:
            values, grade = self._values(name, column, decimal, faults)
            rows = self._rows(column)
            raster = self._common
            if rows is not None:
                raster = self._raster(self._stamps[rows], self._lines[rows], faults)
        if raster is None or len(faults.problems) > before:
            # the gaps of a column with bad cells are told as well
            return None if raster is None else Track(name, column.gives, raster, values, grade)
        track = Track(name, column.quantity, raster, values, grade)
        if column.register:
            track = rate(track, self.declared.stamp == "end")
        self._tracks[name, column] = track
        return track

    def _issues(
        self, name: str, column: Column, decimal: list[Decimal], faults: Faults
    ) -> IssuedRows | None:
        if self._issued is None:
            return None
        values, _ = self._values(name, column, decimal, faults)
        rows = self._rows(column)
        chosen = slice(None) if rows is None else rows
        valid = self._stamps[chosen]
        if self.declared.stamp == "end":
            step = self.declared.step
            if step is None:
                faults.add("step", None, "stamps mark the end of their interval", "declare step")
                return None
            valid = valid - round(step * NS)
        return IssuedRows(self._issued[chosen], valid, values, self._lines[chosen])
