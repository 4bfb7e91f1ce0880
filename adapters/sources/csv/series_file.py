"""One CSV file, read column by column onto a grid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from adapters.sources.csv.cells import column_numbers, decimal_sign
from adapters.sources.csv.columns import Column
from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.faults import Faults
from adapters.sources.csv.raster import find_raster, on_raster
from adapters.sources.csv.table import read_table
from adapters.sources.csv.times import check_order, time_column, time_stamps
from rami.core.errors import DataError
from rami.core.frame import Values
from rami.core.quality import Family, Qualities, Reason, good, quality
from rami.core.timegrid import NS, TimeGrid, iso
from rami.information.gaps import Gap, fill_gaps
from rami.information.resample import resample

FILLED = quality(Family.UNCERTAIN, Reason.FILLED)


class SeriesFile:
    """The text of a file and its raster. Raises DataError when the file or its times are wrong."""

    def __init__(self, declared: CsvFile, folder: Path) -> None:
        self.declared = declared
        self.table = read_table(declared, folder)
        faults = Faults(self.table.file)
        self.time = time_column(declared, self.table, faults)
        if not faults:
            stamps, self._rows = time_stamps(declared, self.table, faults)
        if not faults:
            lines = [self.table.lines[i] for i in self._rows]
            check_order(stamps, lines, faults)
        raster = None if faults else find_raster(declared, stamps, lines, faults)
        if raster is None:
            raise DataError(faults.problems)
        self.raster = raster
        self._places = (stamps - stamps[0]) // raster.step_ns
        self._lines = np.array(lines)

    def read(
        self, columns: Mapping[str, Column], grid: TimeGrid
    ) -> dict[str, tuple[Values, Qualities]]:
        """Series on `grid`; DataError with every cell and gap that is wrong."""
        faults = Faults(self.table.file)
        self._check_covers(grid, faults)
        decimal = decimal_sign(
            self.declared, self.table, [c.place for c in columns.values()], faults
        )
        if faults:
            raise DataError(faults.problems)
        read = {}
        for name, column in columns.items():
            numbers = column_numbers(name, column, self.table, self._rows, decimal, faults)
            values, grade = self._complete(name, numbers, grid, faults)
            if not faults:
                smooth = column.quantity == "temperature"
                read[name] = resample(values, grade, self.raster, grid, smooth=smooth)
        if faults:
            raise DataError(faults.problems)
        return read

    def _check_covers(self, grid: TimeGrid, faults: Faults) -> None:
        have = self.raster
        if grid.start_ns < have.start_ns or grid.end_ns > have.end_ns:
            faults.add(
                "period",
                None,
                f"covers {iso(have.start_ns)} to {iso(have.end_ns)}, "
                f"wanted {iso(grid.start_ns)} to {iso(grid.end_ns)}",
                "give a file of that period, or choose a period that the file covers",
            )

    def _complete(
        self, name: str, numbers: Values, grid: TimeGrid, faults: Faults
    ) -> tuple[Values, Qualities]:
        """The column on the raster, short gaps filled; gaps that stay inside `grid` are faults."""
        step = self.raster.step_ns
        allowed = self.declared.gaps
        longest = round(allowed.longest * NS) // step if allowed else 0
        spread = on_raster(numbers, self._places, self.raster.count)
        method = allowed.fill if allowed else "hold"
        values, mask, gaps = fill_gaps(spread, longest, method)
        grade = good(values.shape)
        grade[mask] = FILLED
        first = (grid.start_ns - self.raster.start_ns) // step
        last = (grid.end_ns - self.raster.start_ns - 1) // step
        for gap in gaps:
            if gap.first <= last and gap.first + gap.count > first:
                self._fault(name, gap, faults)
        return values, grade

    def _fault(self, name: str, gap: Gap, faults: Faults) -> None:
        step = self.raster.step_ns
        begin = self.raster.start_ns + gap.first * step
        row = int(np.searchsorted(self._places, gap.first))
        allowed = self.declared.gaps
        limit = (
            f"filled are at most {allowed.longest / 3600:g} h" if allowed else "no gap is filled"
        )
        faults.add(
            f"{name}: gaps",
            int(self._lines[min(row, len(self._lines) - 1)]),
            f"{name}: {gap.count} values missing from {iso(begin)} to "
            f"{iso(begin + gap.count * step)}; {limit}",
            "complete the file, or declare e.g. gaps: {longest: 2 h, fill: linear}",
        )
