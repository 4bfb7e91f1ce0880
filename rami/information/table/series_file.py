"""One file of series, wide or long, read series by series onto a grid."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError, Problem
from rami.core.frame import Issues, Values
from rami.core.quality import Family, Qualities, Reason, good, is_bad, quality
from rami.core.timegrid import NS, TimeGrid
from rami.information.table.columns import Column, Title, find_column, offered
from rami.information.table.faults import Faults
from rami.information.table.issues import IssuedRows
from rami.information.table.raster import Raster, Stamps, find_raster
from rami.information.table.settings import TableFile
from rami.information.table.track import Track, check_covers, on_grid, rate

_NUMBER = re.compile(r"^[-+]?[\d.,]*\d[\d.,]*([eE][-+]?\d+)?$")
_UNCERTAIN = quality(Family.UNCERTAIN)
_BAD = quality(Family.BAD, Reason.MISSING)

#: numbers of a column as they are written: (series, place, chosen rows or None, faults)
Numbers: TypeAlias = Callable[[str, int, NDArray[np.bool_] | None, Faults], Values]


class TableRows(Protocol):
    """What a format gives: rows that have an instant, column by column.

    `header` and `units` (of a row of units) name the columns, `times` are the places of those
    that make the time stamps.
    """

    file: str
    header: tuple[str, ...]
    units: tuple[str, ...] | None
    times: tuple[int, ...]

    def faults(self) -> Faults:
        """An empty collection that knows the files."""

    def stamps(self) -> Stamps:
        """UTC nanoseconds of every row."""

    def lines(self) -> NDArray[np.int64]:
        """Line of every row, as `faults` counts them."""

    def issued(self, title: str, faults: Faults) -> Stamps:
        """The issue time of every row."""

    def numbers(self, places: set[int], faults: Faults) -> Numbers:
        """Gives the numbers of these columns."""

    def words(self, place: int) -> tuple[list[str], NDArray[np.int64]]:
        """Different texts of a column, and which one each row has."""


class SeriesFile:
    """A file's rows and, of a wide one, their raster. Raises DataError when these are wrong.

    With `regular` False nobody asks for a raster: only `raw` can be called.
    """

    def __init__(self, declared: TableFile, rows: TableRows, *, regular: bool = True) -> None:
        self.declared = declared
        self._parts = rows
        self.file = self._parts.file
        self._stamps, self._lines = self._parts.stamps(), self._parts.lines()
        self._tracks: dict[tuple[str, Column], Track] = {}
        faults = self._parts.faults()
        self._issued = rows.issued(declared.issued, faults) if declared.issued else None
        self.titles = self._long(faults) if declared.long else self._wide()
        self._common: Raster | None = None
        if regular and not faults and not declared.long and self._issued is None:
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

    def without_unit(self) -> dict[str, Column]:
        """Columns (of a long file: signals) on offer to nobody, as numbers of an unknown unit."""
        declared = self.declared.columns.values()
        besides = {c.column for c in declared} | {c.status for c in declared}
        return {
            t.text: Column(t.place, "unknown", "?", 1.0, 0.0, t.text)
            for t in self.titles
            if t.parts() is None and t.text not in besides
        }

    def find(self, name: str, quantity: str | None) -> Column | Problem | None:
        """As `find_column`."""
        return find_column(self.file, self.titles, name, self.declared.columns, quantity)

    def holds_numbers(self, column: Column) -> bool:
        """Whether any cell of a column is a number."""
        return any(_NUMBER.match(word) for word in self._parts.words(column.place)[0])

    def read(
        self, columns: Mapping[str, Column], grid: TimeGrid
    ) -> dict[str, tuple[Values, Qualities]]:
        """Series on `grid`; DataError with every cell and gap that is wrong."""
        faults = self._parts.faults()
        if self._common is not None:
            check_covers(self._common.grid, grid, faults)
        numbers = self._parts.numbers({c.place for c in columns.values()}, faults)
        if faults:
            raise DataError(faults.problems)
        read = {}
        for name, column in columns.items():
            track = self._track(name, column, numbers, faults)
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
        numbers = self._parts.numbers({c.place for c in columns.values()}, faults)
        allowed = self.declared.gaps
        longest = round(allowed.longest * NS) if allowed else 0
        read = {}
        for name, column in columns.items():
            rows = None if faults else self._issues(name, column, numbers, faults)
            if rows is not None:
                read[name] = rows.known(grid, at_ns, longest, column.gives == "temperature")
        if faults:
            raise DataError(faults.problems)
        return read

    def raw(self, name: str, column: Column) -> tuple[Stamps, Values, Qualities]:
        """The rows as they stand: instants, canonical values (NaN: empty or bad), quality.

        Unsorted and repeated rows stay; DataError with every cell that is wrong.
        """
        faults = self._parts.faults()
        numbers = self._parts.numbers({column.place}, faults)
        values, grade = self._values(name, column, numbers, faults)
        if faults:
            raise DataError(faults.problems)
        rows = self._rows(column)
        return (self._stamps if rows is None else self._stamps[rows]), values, grade

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
        place = self._place(form.signal, faults)
        value = self._place(form.value, faults)
        if faults:
            return []
        self._signals, self._which = self._parts.words(place)
        units: list[str] = [""] * len(self._signals)
        if form.unit is not None:
            words, which = self._parts.words(self._place(form.unit, faults))
            pairs = np.unique(np.stack([self._which, which], axis=1), axis=0)
            for signal, unit in pairs.tolist():
                if units[signal] and units[signal] != words[unit]:
                    what = f"signal {self._signals[signal]!r} has several units: "
                    faults.add("units", None, what + f"{units[signal]}, {words[unit]}")
                units[signal] = words[unit]
        return [Title(t, value, u) for t, u in zip(self._signals, units, strict=True)]

    def _place(self, title: str, faults: Faults) -> int:
        header = self._parts.header
        if title not in header:
            faults.add("columns", 1, f"no column {title!r}", f"there are {', '.join(header)}")
            return 0
        return header.index(title)

    def _status(self, place: int) -> Qualities:
        """Quality of every row by the words of a status column."""
        words, which = self._parts.words(place)
        good_words, uncertain = (
            {w.lower() for w in some} for some in (self.declared.good, self.declared.uncertain)
        )
        grades = [
            0 if w.lower() in good_words else _UNCERTAIN if w.lower() in uncertain else _BAD
            for w in words
        ]
        return np.array(grades, np.uint32)[which]

    def _raster(
        self, stamps: NDArray[np.int64], lines: NDArray[np.int64], faults: Faults
    ) -> Raster | None:
        step = None if self.declared.step is None else round(self.declared.step * NS)
        return find_raster(stamps, lines, step, self.declared.stamp == "end", faults)

    def _rows(self, column: Column) -> NDArray[np.bool_] | None:
        if self.declared.long is None:
            return None
        return np.asarray(self._which == self._signals.index(column.title))

    def _values(
        self, name: str, column: Column, numbers: Numbers, faults: Faults
    ) -> tuple[Values, Qualities]:
        """Canonical values and quality of the series' rows; what is bad has no value."""
        rows = self._rows(column)
        written = numbers(name, column.place, rows, faults)
        values = written * column.factor + column.offset
        form = self.declared.long
        status = form.status if form and form.status else column.status
        if status is None:
            return values, good(len(values))
        grade = self._status(self._place(status, faults))
        grade = grade if rows is None else grade[rows]
        return np.where(is_bad(grade), np.nan, values), grade

    def _track(self, name: str, column: Column, numbers: Numbers, faults: Faults) -> Track | None:
        if (name, column) in self._tracks:
            return self._tracks[name, column]
        before = len(faults.problems)
        if self._issued is not None:
            latest = self._issues(name, column, numbers, faults)
            if latest is None:
                return None
            latest = latest.latest()
            values, grade = latest.values, good(len(latest.values))
            raster = self._raster(latest.valid, latest.lines, faults)
        else:
            values, grade = self._values(name, column, numbers, faults)
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
        self, name: str, column: Column, numbers: Numbers, faults: Faults
    ) -> IssuedRows | None:
        if self._issued is None:
            return None
        values, _ = self._values(name, column, numbers, faults)
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
