"""A node map against the points of a twin: what stands where, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.assets.opcua.address import Address, address
from adapters.assets.opcua.number_types import NUMBERS
from rami.core.errors import Problem
from rami.core.points import Direction, Point
from rami.integration.map_rows import MapForm
from rami.integration.mapped import Mapped
from rami.integration.point_map import PointRow, measures, read_points, scaling, switch

_KEYS = ("node", "unit", "scale", "offset", "type", "optional")
_FORM = MapForm("a node map", _KEYS, ("node",), short="node")


@dataclass(frozen=True)
class MappedNode:
    """One point's node: value in `unit` = scale x the node's number + offset.

    `unit` is None where the server is to tell it; `optional` points may be missing there.
    """

    where: str
    point: Point
    address: Address
    unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    data_type: str | None = None
    optional: bool = False


def read_map(
    path: Path, shown: str, points: Sequence[Point], optional: Sequence[str] = ()
) -> Mapped[MappedNode]:
    """The nodes of a twin's points; ConfigurationError when there is nothing to be read."""
    rows, problems, notes = read_points(path, shown, points, _FORM, optional)
    found: Mapped[MappedNode] = Mapped([], problems, notes)
    for row in rows:
        node, wrong = _node(row)
        found.tell(row, wrong)
        if node is None or wrong:
            continue
        found.entries.append(node)
        if any(isinstance(n, int) and n > 0 for n in node.address.namespaces):
            what = f"{row.point.name}: a namespace index may change when the server is changed"
            found.notes.append(Problem(row.where, what, "write nsu=<its URI>; instead"))
    found.problems += _twice(found.entries)
    return found


def _node(row: PointRow) -> tuple[MappedNode | None, list[str]]:
    """The node of one row, None where a point is knowingly without one; what is wrong with it."""
    wrong: list[str] = []
    point, unit, data_type = row.point, row.words.get("unit"), row.words.get("type")
    optional = switch(row, "optional", False, wrong)
    if "node" not in row.words:
        if not optional and not wrong:
            wrong.append("has no node; give one, or mark it `optional`")
        return None, wrong
    scale, offset = scaling(row, "one count of the node", wrong)
    if unit is not None:
        measures(unit, point, wrong)
    if unit is None and (scale, offset) != (1.0, 0.0):
        wrong.append("scale and offset need a unit: what they lead to")
    if data_type is not None and data_type not in NUMBERS:
        wrong.append(f"no type {data_type!r}; wanted one of {', '.join(NUMBERS)}")
    try:
        at = address(row.words["node"])
    except ValueError as error:
        return None, [*wrong, str(error)]
    return MappedNode(row.where, point, at, unit, scale, offset, data_type, optional), wrong


def _twice(nodes: Sequence[MappedNode]) -> list[Problem]:
    """Two actuators on one node would write against each other."""
    first: dict[str, MappedNode] = {}
    problems = []
    for node in nodes:
        other = first.setdefault(node.address.text, node)
        actuated = Direction.ACTUATED in (node.point.direction, other.point.direction)
        if other is not node and actuated:
            what = f"{node.point.name} has the node of {other.point.name}, see {other.where}"
            problems.append(Problem(node.where, what, "a node that is written has one point"))
    return problems
