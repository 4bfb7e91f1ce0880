"""Rows of a measured file on a raster, also where they are unsorted, repeated or a little late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import DataError, Problem
from rami.core.timegrid import NS, TimeGrid
from rami.information.table.raster import Raster, find_raster

if TYPE_CHECKING:
    from adapters.sources.csv.parts import Parts

Places = NDArray[np.int64]

#: steps in minutes that irregular stamps may stand for, and how far off one may be
_STEPS = (1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)
_OFF = 0.25


def raster_of(parts: Parts, notes: list[str]) -> tuple[Places, Raster]:
    """Which rows are used, in which order, and their raster. Raises DataError."""
    stamps, faults = parts.stamps(), parts.faults()
    raster = find_raster(stamps, parts.lines(), None, False, faults)
    if raster is not None:
        return np.arange(len(stamps)), raster
    found = _mended(stamps, parts.lines())
    if found is None:
        raise one_line(faults.problems)
    order, raster = found
    lost = len(stamps) - len(order)
    repeated = f", {lost} of them left out that repeat one" if lost else ""
    notes.append(
        f"rows are sorted and put on a raster of {raster.grid.step_s / 60:g} min{repeated}"
    )
    return order, raster


def _mended(stamps: Places, lines: Places) -> tuple[Places, Raster] | None:
    """Rows by time, each on the nearest place of the raster, the first of several alike."""
    order = np.argsort(stamps, kind="stable")
    apart = np.diff(np.unique(stamps))
    if not len(apart):
        return None
    typical = float(np.median(apart)) / 60 / NS
    nearest = min(_STEPS, key=lambda m: abs(m - typical))
    if abs(nearest - typical) > 0.1 * nearest:
        return None
    step = nearest * 60 * NS
    phases, often = np.unique((stamps + step // 4) // (step // 2) % 2, return_counts=True)
    shift = int(phases[np.argmax(often)]) * (step // 2)
    places = np.round((stamps[order] - shift) / step).astype(np.int64)
    off = np.abs(stamps[order] - shift - places * step)
    if (off > _OFF * step).any():
        return None
    places, first = np.unique(places, return_index=True)
    order = order[first]
    grid = TimeGrid(int(places[0]) * step + shift, step, int(places[-1] - places[0]) + 1)
    return order, Raster(grid, places - places[0], lines[order])


def one_line(problems: Sequence[Problem]) -> DataError:
    """The first of many problems, with the number of the others."""
    first, more = problems[0], len(problems) - 1
    if not more:
        return DataError([first])
    return DataError([Problem(first.where, f"{first.what} (and further rows)", first.hint)])
