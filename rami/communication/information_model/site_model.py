"""The instances of a site: its twin graph, its points, and what is told of a running site."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from rami.asset.component import Component, Declared
from rami.asset.graph import twin_graph
from rami.asset.kinds import kind_name
from rami.asset.topology import SiteTopology, TwinTopology
from rami.communication.information_model import references as ours
from rami.communication.information_model import standard as ua
from rami.communication.information_model.access import Access
from rami.communication.information_model.base_types import (
    BACKEND_TYPE,
    NETWORK_TYPE,
    SCHEDULE_TYPE,
    SITE_TYPE,
    STRATEGY_TYPE,
    TWIN_TYPE,
    TWIN_TYPES,
)
from rami.communication.information_model.connections import add_connections, declared_networks
from rami.communication.information_model.groups import (
    COMPONENT,
    NETWORK,
    SCHEDULE,
    SITE,
    TWIN,
    Group,
    group_of,
)
from rami.communication.information_model.kind_points import series_of
from rami.communication.information_model.layout import (
    FUNCTIONAL_GROUP_TYPE,
    Layout,
    below,
)
from rami.communication.information_model.methods import Owner, methods_of
from rami.communication.information_model.node import ObjectNode
from rami.communication.information_model.node_id import TYPES, Name, Namespace, NodeId
from rami.communication.information_model.node_set import Draft, NodeSet
from rami.communication.information_model.site_ids import SiteIds
from rami.communication.information_model.type_set import (
    PUBLISHED,
    VERSION,
    component_type,
    member_namespace,
)
from rami.core.points import Direction, Point, PointIndex
from rami.core.units import unit_of


@dataclass(frozen=True)
class Array:
    """The array variable of a series, and the places of its points in `LiveSite.points(twin)`."""

    variable: NodeId
    places: tuple[int, ...]


@dataclass(frozen=True)
class SiteModel:
    """Instances (`nodes`, without the types) and where live values go.

    `variables[twin][i]` is the variable of the i-th point of `LiveSite.points(twin)`; `arrays`
    repeat some of them; `residuals` and `advice` are by point name within the twin, empty for a
    twin without a plant; `figures` by their names.
    """

    ids: SiteIds
    nodes: NodeSet
    variables: Mapping[str, tuple[NodeId, ...]]
    arrays: Mapping[str, tuple[Array, ...]]
    residuals: Mapping[str, Mapping[str, NodeId]]
    advice: Mapping[str, Mapping[str, NodeId]]
    figures: Mapping[str, NodeId]


@dataclass(frozen=True)
class Told:
    """What is known of a site beyond its topology.

    `points` by twin as `LiveSite.points` orders them, else those declared; `simulated_by` the
    word of each twin's model backend; `plants` the twins that have a plant, with residuals and
    advice; `figures` the units of key figures and balances by name.
    """

    points: Mapping[str, PointIndex] = field(default_factory=dict)
    simulated_by: Mapping[str, str] = field(default_factory=dict)
    plants: Collection[str] = ()
    figures: Mapping[str, str] = field(default_factory=dict)


def site_model(site: SiteTopology, told: Told | None = None) -> SiteModel:
    """The instances of a site, in the order of its twin graph."""
    return _Making(site, told or Told()).made()


class _Making:
    def __init__(self, site: SiteTopology, told: Told) -> None:
        self.site, self.told = site, told
        self.ids = SiteIds(site.name)
        self.draft = Draft()
        self.layout = Layout(self.draft, typed=False)
        self.graph = twin_graph(site, told.simulated_by)
        self.variables: dict[str, tuple[NodeId, ...]] = {}
        self.arrays: dict[str, tuple[Array, ...]] = {}
        self.residuals: dict[str, dict[str, NodeId]] = {}
        self.advice: dict[str, dict[str, NodeId]] = {}

    def made(self) -> SiteModel:
        self._site()
        for name, twin in self.site.twins.items():
            self._twin(name, twin)
            for network, declared in twin.networks.items():
                self._thing(f"{name}.{network}", NETWORK_TYPE, declared, "network")
            for component, thing in twin.components.items():
                kind = type(thing)
                self._thing(f"{name}.{component}", component_type(kind), thing, kind_name(kind))
        for name, twin in self.site.twins.items():
            self._points(name, twin)
        self._backends()
        self._declared_networks()
        add_connections(self.layout, self.ids, self.graph)
        figures = {name: self._figure(name, unit) for name, unit in self.told.figures.items()}
        space = Namespace(self.ids.namespace, VERSION, PUBLISHED, needs=self._needed())
        return SiteModel(
            self.ids,
            self.draft.done(space),
            self.variables,
            self.arrays,
            self.residuals,
            self.advice,
            figures,
        )

    # what there is

    def _site(self) -> None:
        at = self.ids.site
        node = ObjectNode(at, Name(at.namespace, self.site.name), notifies=True)
        self.draft.add(node, ua.OBJECTS, ua.ORGANIZES, SITE_TYPE)
        self.draft.refer(ua.SERVER, ua.HAS_NOTIFIER, at)
        self.layout.groups(at, SITE, self._identity(self.site.name))
        strategy = ObjectNode(self.ids.strategy, Name(TYPES, Group.STRATEGY.value))
        self.draft.add(strategy, at, definition=STRATEGY_TYPE)
        for name in ("Schedule", "Proposal"):
            schedule = ObjectNode(below(strategy.id, name), Name(TYPES, name))
            self.draft.add(schedule, strategy.id, definition=SCHEDULE_TYPE)
            for variable in SCHEDULE:
                self.layout.variable(schedule.id, variable)
        self.layout.group(at, Group.BALANCING)
        self._methods(strategy.id, STRATEGY_TYPE, "strategy")
        self._methods(at, SITE_TYPE, "site")

    def _twin(self, name: str, twin: TwinTopology) -> None:
        at = self.ids.path(name)
        node = ObjectNode(at, Name(at.namespace, name), notifies=True)
        self.draft.add(node, self.ids.site, definition=TWIN_TYPES[twin.kind])
        self.draft.refer(self.ids.site, ua.HAS_NOTIFIER, at)
        self.layout.groups(at, TWIN, self._identity(name))
        self._methods(at, TWIN_TYPE, "twin")

    def _thing(self, path: str, definition: NodeId, declared: Declared, kind: str) -> None:
        at = self.ids.path(path)
        owner = next(v for _, v, k in self.graph.out_edges(path, data="kind") if k == "part_of")
        node = ObjectNode(at, Name(at.namespace, path.partition(".")[2]))
        self.draft.add(node, self.ids.path(owner), definition=definition)
        if isinstance(declared, Component):
            self.draft.refer(self.ids.path(path.partition(".")[0]), ua.HAS_EVENT_SOURCE, at)
        dump = declared.model_dump(mode="json", by_alias=True)
        values = self._identity(path) | {
            "Kind": kind,
            "Declaration": json.dumps(dump, ensure_ascii=False),
        }
        self.layout.groups(at, NETWORK if kind == "network" else COMPONENT, values)

    def _identity(self, path: str) -> dict[str, str]:
        node = self.graph.nodes[path]
        return {
            "Path": path,
            "Kind": node["kind"],
            "HierarchyLevel": node["level"],
            "LifeCycle": node["life_cycle"],
        }

    def _methods(self, at: NodeId, declared: NodeId, owner: Owner) -> None:
        for method in methods_of(owner):
            self.layout.method(at, method, below(declared, method.name))

    # points

    def _points(self, twin: str, topology: TwinTopology) -> None:
        index = self.told.points.get(twin, topology.points)
        by_owner: dict[str, list[Point]] = {}
        for point in index.points:
            component = point.name.partition(".")[0]
            owner = f"{twin}.{component}" if component in topology.components else twin
            by_owner.setdefault(owner, []).append(point)
        arrays: list[Array] = []
        for owner, points in by_owner.items():
            arrays += self._points_of(twin, owner, points, index)
        self.variables[twin] = tuple(self.ids.point(twin, name) for name in index.names)
        self.arrays[twin] = tuple(arrays)
        plant = twin in self.told.plants
        self.residuals[twin] = self._beside(twin, index, Direction.MEASURED) if plant else {}
        self.advice[twin] = self._beside(twin, index, Direction.ACTUATED) if plant else {}

    def _points_of(
        self, twin: str, owner: str, points: list[Point], index: PointIndex
    ) -> list[Array]:
        at = self.ids.path(owner)
        topology = self.site.twins[twin]
        prefix = owner.partition(".")[2]
        space = self.ids.namespace
        declared: frozenset[str] = frozenset()
        if prefix:
            thing = topology.components[prefix]
            space = member_namespace(type(thing))
            declared = frozenset(p.name for p in thing.points())
            points = [replace(p, name=p.name.removeprefix(f"{prefix}.")) for p in points]

        def name_of(point: Point) -> Name:
            # what a backend has beyond the declared points is the site's own
            known = space if point.name in declared else self.ids.namespace
            return Name(known, point.name)

        path = f"{prefix}." if prefix else ""
        series, alone = series_of(tuple(points))
        for point in alone:
            group = self.layout.group(at, group_of(point))
            self.layout.point(group, self.ids.point(twin, path + point.name), name_of(point), point)
        arrays = []
        for line in series:
            group = self.layout.group(at, group_of(line.points[0]))
            held = self.layout.series(group, line, space)
            for point in line.points:
                self.layout.point(
                    held,
                    self.ids.point(twin, path + point.name),
                    name_of(point),
                    point,
                    by=ua.HAS_ORDERED_COMPONENT,
                )
            places = tuple(index[path + p.name] for p in line.points)
            arrays.append(Array(below(held, "Values"), places))
        return arrays

    def _beside(self, twin: str, index: PointIndex, direction: Direction) -> dict[str, NodeId]:
        measured = direction is Direction.MEASURED
        name = "Residuals" if measured else "Advice"
        group = Group.BACKEND if measured else Group.CONTROL
        folder = self.ids.part(twin, group.value, name)
        self.draft.add(
            ObjectNode(folder, Name(TYPES, name)),
            self.ids.part(twin, group.value),
            definition=FUNCTIONAL_GROUP_TYPE,
        )
        made = {}
        for point in index.points:
            if point.direction is direction and not point.cumulative:
                shown = _difference(point) if measured else point
                made[point.name] = self.layout.point(
                    folder,
                    below(folder, point.name),
                    Name(self.ids.namespace, point.name),
                    shown,
                    access=Access.MEASUREMENT,
                )
        return made

    def _figure(self, name: str, unit: str) -> NodeId:
        at = self.ids.figure(name)
        group = self.ids.part("/", Group.BALANCING.value)
        return self.layout.figure(group, at, Name(self.ids.namespace, name), unit)

    # what belongs to what

    def _backends(self) -> None:
        for twin, path, kind in self.graph.edges(data="kind"):
            if kind == "simulated_by":
                at, owner = self.ids.path(path), self.ids.part(twin, Group.BACKEND.value)
                node = ObjectNode(at, Name(at.namespace, path.partition(":")[2]))
                self.draft.add(node, owner, definition=BACKEND_TYPE)
                self.draft.refer(self.ids.path(twin), ours.SIMULATED_BY, at)

    def _declared_networks(self) -> None:
        for twin, topology in self.site.twins.items():
            for name, thing in topology.components.items():
                for network in declared_networks(self.site, twin, thing):
                    self.draft.refer(
                        self.ids.point(twin, name), ours.CONNECTED_TO, self.ids.path(network)
                    )

    def _needed(self) -> tuple[str, ...]:
        kinds = {type(c) for t in self.site.twins.values() for c in t.components.values()}
        return tuple(dict.fromkeys((TYPES, *sorted(map(member_namespace, kinds)))))


def _difference(point: Point) -> Point:
    """A residual of a temperature is a difference; no bounds of the point hold for one."""
    quantity = "temperature_difference" if point.quantity == "temperature" else point.quantity
    about = f"plant less model, {unit_of(quantity)}"
    return Point(point.name, quantity, description=about)
