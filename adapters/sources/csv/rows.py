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
#: share of steps that a register may fall by (resets) and still be one, and that one of an
#: unknown unit grows by at least
_FALLS, _GROWS = 0.01, 0.5
_MISSING = np.uint32(quality(Family.BAD, Reason.MISSING))


def file_rows(
    declared: CsvFile, folder: Path, left: list[str] | None = None, *, unknown: bool = False
) -> tuple[tuple[Signal, ...], Rows]:
    """Every series that the file offers, in canonical units; an empty cell is bad and MISSING.

    A column of energy, volume or mass that hardly ever falls is a register. With `unknown`
    columns without a unit are series too, as their numbers stand; those that are left out,
    columns of words aside, are added to `left`. Raises DataError with every cell that is no
    number, and where no column is a series.
    """
    file = SeriesFile(declared, Parts(declared, folder), regular=False)
    names = list(file.offered())
    bare = {n: c for n, c in file.without_unit().items() if n not in names}
    numeric = {n: c for n, c in bare.items() if unknown and n and _all_numbers(file, n, c)}
    if left is not None:
        left += [n for n, c in bare.items() if n not in numeric and file.holds_numbers(c)]
    names += numeric
    if not names:
        hint = "call columns <series>_<unit> or `series [unit]`"
        raise DataError([Problem(file.file, "no column has a unit that is known", hint)])
    problems: list[Problem] = []
    signals, parts = [], []
    for place, name in enumerate(names):
        column = numeric.get(name) or file.find(name, None)
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
        raise DataError([*dict.fromkeys(problems)])
    return tuple(signals), Rows(
        tuple(names),
        np.concatenate([np.full(len(r), p, np.int32) for p, r in parts]),
        np.concatenate([r.times for _, r in parts]),
        np.concatenate([r.values for _, r in parts]),
        np.concatenate([r.status for _, r in parts]),
    )


def _all_numbers(file: SeriesFile, name: str, column: Column) -> bool:
    try:
        return bool(np.isfinite(file.raw(name, column)[1]).any())
    except DataError:
        return False


def _counts_up(column: Column, values: Values) -> bool:
    known = values[np.isfinite(values)]
    if column.quantity not in (*_COUNTED, "unknown") or len(known) < 3:
        return column.register
    steps = np.diff(known)
    if column.quantity == "unknown" and (steps > 0).mean() < _GROWS:
        return False
    return bool((steps < 0).mean() <= _FALLS and known.max() > known.min())
