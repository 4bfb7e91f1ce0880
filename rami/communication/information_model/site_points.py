"""The points of a twin in their groups, series as arrays besides; residuals and advice."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rami.asset.topology import TwinTopology
from rami.communication.information_model import standard as ua
from rami.communication.information_model.access import Access
from rami.communication.information_model.groups import Group, group_of
from rami.communication.information_model.kind_points import series_of
from rami.communication.information_model.layout import FUNCTIONAL_GROUP_TYPE, Layout, below
from rami.communication.information_model.node import ObjectNode
from rami.communication.information_model.node_id import TYPES, Name, NodeId
from rami.communication.information_model.site_ids import SiteIds
from rami.communication.information_model.type_set import member_namespace
from rami.core.points import Direction, Point, PointIndex
from rami.core.units import unit_of


@dataclass(frozen=True)
class Array:
    """The array variable of a series, and the places of its points in `LiveSite.points(twin)`."""

    variable: NodeId
    places: tuple[int, ...]


class SitePoints:
    """Adds what a twin's points are told by."""

    def __init__(self, layout: Layout, ids: SiteIds) -> None:
        self.layout, self.ids = layout, ids

    def add(self, topology: TwinTopology, index: PointIndex) -> tuple[Array, ...]:
        """A variable for each point; the arrays of the series among them."""
        by_owner: dict[str, list[Point]] = {}
        for point in index.points:
            component = point.name.partition(".")[0]
            owner = component if component in topology.components else ""
            by_owner.setdefault(owner, []).append(point)
        arrays: list[Array] = []
        for owner, points in by_owner.items():
            arrays += self._of(topology, owner, points, index)
        return tuple(arrays)

    def _of(
        self, topology: TwinTopology, owner: str, points: list[Point], index: PointIndex
    ) -> list[Array]:
        """Those of a component; of the twin itself where `owner` is empty."""
        twin, own = topology.name, self.ids.namespace
        prefix = f"{owner}." if owner else ""
        at = self.ids.path(f"{twin}.{owner}" if owner else twin)
        space, declared = own, set[str]()
        if owner:
            thing = topology.components[owner]
            space, declared = member_namespace(type(thing)), {p.name for p in thing.points()}
        inner = tuple(replace(p, name=p.name.removeprefix(prefix)) for p in points)

        def add(parent: NodeId, point: Point, by: NodeId = ua.HAS_COMPONENT) -> None:
            # what a backend has beyond the declared points is the site's own
            name = Name(space if point.name in declared else own, point.name)
            self.layout.point(parent, self.ids.point(twin, prefix + point.name), name, point, by=by)

        series, alone = series_of(inner)
        for point in alone:
            add(self.layout.group(at, group_of(point)), point)
        arrays = []
        for line in series:
            group = self.layout.group(at, group_of(line.points[0]))
            held = self.layout.series(group, line, space)
            for point in line.points:
                add(held, point, ua.HAS_ORDERED_COMPONENT)
            places = tuple(index[prefix + p.name] for p in line.points)
            arrays.append(Array(below(held, "Values"), places))
        return arrays

    def residuals(self, twin: str, index: PointIndex) -> dict[str, NodeId]:
        """Plant less model, for all that is measured and no register."""
        measured = [
            _difference(p)
            for p in index.points
            if p.direction is Direction.MEASURED and not p.cumulative
        ]
        return self._beside(twin, Group.BACKEND, "Residuals", measured)

    def advice(self, twin: str, index: PointIndex) -> dict[str, NodeId]:
        """Set-points computed and not written, for all that is actuated."""
        actuated = [p for p in index.points if p.direction is Direction.ACTUATED]
        return self._beside(twin, Group.CONTROL, "Advice", actuated)

    def _beside(self, twin: str, group: Group, name: str, points: list[Point]) -> dict[str, NodeId]:
        owner = self.ids.part(twin, group.value)
        folder = below(owner, name)
        node = ObjectNode(folder, Name(TYPES, name))
        self.layout.draft.add(node, owner, definition=FUNCTIONAL_GROUP_TYPE)
        return {
            p.name: self.layout.point(
                folder,
                below(folder, p.name),
                Name(self.ids.namespace, p.name),
                p,
                access=Access.MEASUREMENT,
            )
            for p in points
        }


def _difference(point: Point) -> Point:
    """A residual of a temperature is a difference; no bounds of the point hold for one."""
    quantity = "temperature_difference" if point.quantity == "temperature" else point.quantity
    about = f"plant less model, {unit_of(quantity)}"
    return Point(point.name, quantity, description=about)
