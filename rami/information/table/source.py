"""A data source of one or several files of series, whatever their format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from rami.core import units
from rami.core.errors import DataError, Problem
from rami.core.frame import NO_ISSUE, Frame, Issues, Values
from rami.core.quality import Qualities, good
from rami.core.timegrid import TimeGrid
from rami.core.wording import did_you_mean
from rami.information.series import Series, quantity_of
from rami.information.table.columns import Column
from rami.information.table.series_file import SeriesFile

_Read = dict[str, tuple[Values, Qualities, Issues | None]]


class TableSource:
    """Series from files; a file is opened (`opened` gives it) when it is first needed.

    `series` says what the site wants of a name; without it the name or the unit does.
    """

    def __init__(
        self,
        opened: Sequence[Callable[[], SeriesFile]],
        series: Mapping[str, Series] | None = None,
    ) -> None:
        self._opened, self._series = tuple(opened), series or {}

    @cached_property
    def _files(self) -> list[SeriesFile]:
        problems: list[Problem] = []
        files = []
        for opened in self._opened:
            try:
                files.append(opened())
            except DataError as error:
                problems += error.problems
        if problems:
            raise DataError(problems)
        return files

    def describe(self) -> Mapping[str, str]:
        """Every series of every file, with file and column."""
        found: dict[str, str] = {}
        for file in self._files:
            for name, title in file.offered().items():
                found.setdefault(name, f"{Path(file.file).name}, column {title}")
        return found

    def read(self, names: Sequence[str], grid: TimeGrid) -> Frame:
        """As in DataSource; of values with issue times the last issue counts."""
        return self._frame(names, grid, lambda file, columns: _plain(file.read(columns, grid)))

    def read_issued(self, names: Sequence[str], grid: TimeGrid, at_ns: int) -> Frame:
        """As in Issued, for files that declare `issued`; others are given as they are."""

        def read(file: SeriesFile, columns: Mapping[str, Column]) -> _Read:
            if not file.has_issues:
                return _plain(file.read(columns, grid))
            return dict(file.read_issued(columns, grid, at_ns))

        return self._frame(names, grid, read)

    def _frame(
        self,
        names: Sequence[str],
        grid: TimeGrid,
        read: Callable[[SeriesFile, Mapping[str, Column]], _Read],
    ) -> Frame:
        problems: list[Problem] = []
        chosen: dict[int, dict[str, Column]] = {}
        for name in names:
            self._choose(name, chosen, problems)
        table = np.zeros((grid.count, len(names)))
        quality = good(table.shape)
        issued = np.full(table.shape, NO_ISSUE, np.int64)
        for number, columns in chosen.items():
            try:
                found = read(self._files[number], columns)
            except DataError as error:
                problems += error.problems
                continue
            for name, (values, grade, issues) in found.items():
                j = names.index(name)
                table[:, j], quality[:, j] = values, grade
                if issues is not None:
                    issued[:, j] = issues
        if problems:
            raise DataError(problems)
        of = {n: c for some in chosen.values() for n, c in some.items()}
        described = self.describe()
        return Frame(
            grid,
            tuple(names),
            tuple(units.unit_of(of[n].gives) for n in names),
            table,
            quality,
            {n: described.get(n, "") for n in names},
            issued if bool((issued != NO_ISSUE).any()) else None,
        )

    def _choose(
        self, name: str, chosen: dict[int, dict[str, Column]], problems: list[Problem]
    ) -> None:
        quantity = self._series[name].quantity if name in self._series else quantity_of(name)
        found: list[tuple[int, Column]] = []
        faulty = False
        for number, file in enumerate(self._files):
            column = file.find(name, quantity)
            if isinstance(column, Problem):
                problems.append(column)
                faulty = True
            elif column is not None:
                found.append((number, column))
        if len(found) > 1:
            places = ", ".join(self._files[number].file for number, _ in found)
            hint = "leave its column out of all but one, or give it another title there"
            problems.append(Problem("", f"series {name!r} is in several files: {places}", hint))
        elif found:
            number, column = found[0]
            chosen.setdefault(number, {})[name] = column
        elif not faulty:
            where = ", ".join(file.file for file in self._files)
            hint = did_you_mean(name, self.describe()) or "no column is called <series>_<unit>"
            problems.append(Problem(where, f"no series {name!r}", hint))


def _plain(read: Mapping[str, tuple[Values, Qualities]]) -> _Read:
    return {name: (values, grade, None) for name, (values, grade) in read.items()}
