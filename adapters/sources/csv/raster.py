"""Rows on a regular raster: missing rows become missing values, never shifted ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.faults import Faults
from adapters.sources.csv.times import Stamps
from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, iso


def find_raster(
    declared: CsvFile, stamps: Stamps, lines: list[int], faults: Faults
) -> TimeGrid | None:
    """The regular raster of ascending stamps; rows that do not stand on it are named."""
    if declared.step is not None:
        step = round(declared.step * NS)
    elif len(stamps) > 1:
        distances, often = np.unique(np.diff(stamps), return_counts=True)
        step = int(distances[np.argmax(often)])
    else:
        faults.add("raster", None, "one row only", "give its step, e.g. step: 1 h")
        return None
    off = (stamps - stamps[0]) % step
    for i in np.flatnonzero(off):
        what = f"time {iso(int(stamps[i]))} is off the raster of {step / NS / 60:g} min"
        faults.add("times off the raster", lines[int(i)], what, "declare step, or mend the time")
    if off.any():
        return None
    count = int((stamps[-1] - stamps[0]) // step) + 1
    first = int(stamps[0]) - (step if declared.stamp == "end" else 0)
    return TimeGrid(first, step, count)


def on_raster(values: Values, places: NDArray[np.int64], count: int) -> Values:
    """Values spread over the raster, NaN where the file has no row."""
    spread = np.full(count, np.nan)
    spread[places] = values
    return spread
