"""All rows of a file as they stand, for checking and for keeping: gaps, repetitions and all."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.parts import Parts
from rami.core.errors import DataError, Problem
from rami.core.frame import Values
from rami.core.quality import Family, Reason, quality
from rami.core.signal import Rows, Signal
from rami.information.table.columns import Column
from rami.information.table.series_file import SeriesFile

#: quantities that a register may count
_COUNTED = ("energy", "volume", "volume_temperature", "mass")
#: share of steps that a register may fall by (resets) and still be one
_FALLS = 0.01
_MISSING = np.uint32(quality(Family.BAD, Reason.MISSING))


def file_rows(declared: CsvFile, folder: Path) -> tuple[tuple[Signal, ...], Rows]:
    """Every series that the file offers, in canonical units; an empty cell is bad and MISSING.

    A column of energy, volume or mass that hardly ever falls is a register. Raises DataError
    with every cell that is no number, and where no column has a unit.
    """
    file = SeriesFile(declared, Parts(declared, folder), regular=False)
    names = list(file.offered())
    if not names:
        hint = "call columns <series>_<unit> or `series [unit]`"
        raise DataError([Problem(file.file, "no column has a unit that is known", hint)])
    problems: list[Problem] = []
    signals, parts = [], []
    for place, name in enumerate(names):
        column = file.find(name, None)
        if column is None or isinstance(column, Problem):
            problems += [column] if column else []
            continue
        try:
            times, values, status = file.raw(name, column)
        except DataError as error:
            problems += error.problems
            continue
        signals.append(Signal(name, column.quantity, _counts_up(column, values)))
        status = np.where(np.isfinite(values), status, status | _MISSING)
        parts.append((place, Rows.of_series(name, times, values, status)))
    if problems:
        raise DataError(problems)
    return tuple(signals), Rows(
        tuple(names),
        np.concatenate([np.full(len(r), p, np.int32) for p, r in parts]),
        np.concatenate([r.times for _, r in parts]),
        np.concatenate([r.values for _, r in parts]),
        np.concatenate([r.status for _, r in parts]),
    )


def _counts_up(column: Column, values: Values) -> bool:
    known = values[np.isfinite(values)]
    if column.quantity not in _COUNTED or len(known) < 3:
        return column.register
    steps = np.diff(known)
    return bool((steps < 0).mean() <= _FALLS and known.max() > known.min())
