"""Which column of a recording holds which point, and how it becomes canonical."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.errors import ConfigurationError, Problem
from rami.core.points import Point
from rami.information.table.columns import split_header
from rami.integration.map_rows import MapForm
from rami.integration.point_map import Conversion, conversion, read_points, switch

if TYPE_CHECKING:
    from adapters.assets.replay.configuration import ReplayConfiguration

FORM = MapForm(
    "a column map",
    keys=("column", "unit", "scale", "offset", "optional"),
    needed=("column",),
    short="column",
)


@dataclass(frozen=True)
class RecordedColumn:
    """A point's column (of a long file and of a historian: signal), and its conversion."""

    where: str
    point: Point
    column: str
    to_canonical: Conversion
    optional: bool = False


def read_map(
    declared: ReplayConfiguration, folder: Path, points: Sequence[Point]
) -> list[RecordedColumn]:
    """The columns of a twin's points; ConfigurationError with every problem of the map."""
    columns, problems, _ = _read(declared, folder, points)
    if problems:
        raise ConfigurationError(problems)
    return columns


def check_map(
    declared: ReplayConfiguration, folder: Path, points: Sequence[Point]
) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with a column map, and what is worth a look."""
    if declared.columns is None:
        return [], []
    try:
        _, problems, notes = _read(declared, folder, points)
    except ConfigurationError as error:
        return list(error.problems), []
    return problems, notes


def _read(
    declared: ReplayConfiguration, folder: Path, points: Sequence[Point]
) -> tuple[list[RecordedColumn], list[Problem], list[Problem]]:
    assert declared.columns is not None
    rows, problems, notes = read_points(
        folder / declared.columns, str(declared.columns), points, FORM, declared.optional
    )
    columns = []
    for row in rows:
        wrong: list[str] = []
        title = row.words.get("column")
        if title is not None and "unit" not in row.words:
            split = split_header(title)
            if split is not None:  # `load [kW]` tells its unit itself
                row = replace(row, words={**row.words, "unit": split[1]})
        optional = switch(row, "optional", False, wrong)
        to = conversion(row, wrong)
        if title is None and not optional:
            wrong.append("has no column; give one, or mark it `optional`")
        problems += [Problem(row.where, f"{row.point.name}: {what}") for what in wrong]
        if title is not None:
            columns.append(RecordedColumn(row.where, row.point, title, to, optional))
    return columns, problems, notes
