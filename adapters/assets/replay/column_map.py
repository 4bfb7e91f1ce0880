"""Which column of a recording holds which point, and how it becomes canonical."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.points import Point
from rami.information.table.columns import split_header
from rami.integration.map_rows import MapForm
from rami.integration.mapped import Mapped
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
) -> Mapped[RecordedColumn]:
    """The columns of a twin's points; ConfigurationError when there is nothing to be read."""
    assert declared.columns is not None
    rows, problems, notes = read_points(
        folder / declared.columns, str(declared.columns), points, FORM, declared.optional
    )
    found: Mapped[RecordedColumn] = Mapped([], problems, notes)
    for row in rows:
        wrong: list[str] = []
        title = row.words.get("column")
        if title is not None and "unit" not in row.words:
            split = split_header(title)
            if split is not None:  # `load [kW]` tells its unit itself
                row = replace(row, words={**row.words, "unit": split[1]})
            elif title.endswith("]") and not title.endswith("[-]"):
                wrong.append(f"the unit in {title!r} is not known; write `unit`, and `scale`")
        optional = switch(row, "optional", False, wrong)
        to = conversion(row, wrong)
        if title is None and not optional:
            wrong.append("has no column; give one, or mark it `optional`")
        found.tell(row, wrong)
        if title is not None:
            found.entries.append(RecordedColumn(row.where, row.point, title, to, optional))
    return found
