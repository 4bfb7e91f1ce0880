"""The table of groups without meters."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from rami.core.errors import DataError, Problem
from rami.functional.district.split import EngineeringData

_COLUMNS = ("group", "section", "annual_energy_MWh", "floor_area_m2", "customers")


def read_groups(file: Path) -> EngineeringData:
    """Groups of a CSV table. Raises DataError with every problem."""
    try:
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError([Problem(str(file), f"cannot be read: {error}")]) from None
    header = [title.strip() for title in rows[0]] if rows else []
    missing = [c for c in _COLUMNS[:3] if c not in header]
    if missing:
        hint = f"columns: {', '.join(_COLUMNS)}"
        raise DataError([Problem(f"{file}:1", f"no column {', '.join(missing)}", hint)])
    problems: list[Problem] = []
    names, sections = [], []
    figures: list[list[float]] = []
    for line, row in enumerate(rows[1:], 2):
        if not row:
            continue
        cells = dict(zip(header, (c.strip() for c in row), strict=False))
        try:
            numbers = [float(cells.get(c) or 0.0) for c in _COLUMNS[2:]]
        except ValueError as error:
            problems.append(Problem(f"{file}:{line}", str(error)))
            continue
        if not numbers[0] > 0 or not np.isfinite(numbers).all() or min(numbers) < 0:
            what = "wanted an annual energy above 0 and nothing below 0"
            problems.append(Problem(f"{file}:{line}", what))
        if not cells["group"] or not cells["section"]:
            problems.append(Problem(f"{file}:{line}", "wanted a group and its section"))
        names.append(cells["group"])
        sections.append(cells["section"])
        figures.append(numbers)
    twice = sorted({n for n in names if names.count(n) > 1}) if len(set(names)) < len(names) else []
    problems += [Problem(str(file), f"group {n} comes twice") for n in twice[:5]]
    if problems:
        raise DataError(problems[:20])
    table = np.array(figures, float).reshape(-1, 3)
    return EngineeringData(
        tuple(names), tuple(sections), table[:, 0] * 1000.0, table[:, 1], table[:, 2]
    )
