"""Rows on a regular raster: missing rows become missing values, never shifted ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, iso
from rami.information.table.faults import Faults

Stamps = NDArray[np.int64]


@dataclass(frozen=True)
class Raster:
    """A grid, the place of each row on it, and the line of each row in its file."""

    grid: TimeGrid
    places: Stamps
    lines: Stamps

    def spread(self, values: Values) -> Values:
        """Values of the rows over the raster, NaN where there is no row."""
        spread = np.full(self.grid.count, np.nan)
        spread[self.places] = values
        return spread


def find_raster(
    stamps: Stamps, lines: Stamps, step_ns: int | None, at_end: bool, faults: Faults
) -> Raster | None:
    """The regular raster of the rows; repeated, unsorted and stray rows are named.

    `step_ns` None takes the most frequent distance; `at_end`: stamps mark the end of their
    interval. None when there is a fault.
    """
    check_order(stamps, lines, faults)
    if faults:
        return None
    if step_ns is None:
        if len(stamps) < 2:
            faults.add("raster", None, "one row only", "give its step, e.g. step: 1 h")
            return None
        distances, often = np.unique(np.diff(stamps), return_counts=True)
        step_ns = int(distances[np.argmax(often)])
    off = (stamps - stamps[0]) % step_ns
    for i in np.flatnonzero(off):
        what = f"time {iso(int(stamps[i]))} is off the raster of {step_ns / NS / 60:g} min"
        faults.add("times off the raster", int(lines[i]), what, "declare step, or mend the time")
    if off.any():
        return None
    count = int((stamps[-1] - stamps[0]) // step_ns) + 1
    first = int(stamps[0]) - (step_ns if at_end else 0)
    return Raster(TimeGrid(first, step_ns, count), (stamps - stamps[0]) // step_ns, lines)


def check_order(stamps: Stamps, lines: Stamps, faults: Faults) -> None:
    """Every stamp later than the one before; repeated and unsorted rows are named."""
    first_at: dict[int, int] = {}
    for i in np.flatnonzero(np.diff(stamps) <= 0) + 1:
        if not first_at:
            for j, t in enumerate(stamps.tolist()):
                first_at.setdefault(t, int(lines[j]))
        stamp, line = int(stamps[i]), int(lines[i])
        if first_at[stamp] != line:
            what = f"time {iso(stamp)} was already given in {faults.line(first_at[stamp])}"
            faults.add("repeated times", line, what, "keep one row per interval")
        else:
            what = f"time {iso(stamp)} is earlier than the row above ({iso(int(stamps[i - 1]))})"
            faults.add("unsorted rows", line, what, "sort the file by time")
