"""The instances of a site: its twin graph, its points, and what is told of a running site."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rami.asset.graph import twin_graph
from rami.asset.topology import SiteTopology
from rami.communication.information_model import references as ours
from rami.communication.information_model.connections import add_connections, declared_networks
from rami.communication.information_model.groups import Group
from rami.communication.information_model.layout import Layout
from rami.communication.information_model.node_id import TYPES, Name, Namespace, NodeId
from rami.communication.information_model.node_set import Draft, NodeSet
from rami.communication.information_model.site_ids import SiteIds
from rami.communication.information_model.site_points import Array, SitePoints
from rami.communication.information_model.things import Things
from rami.communication.information_model.type_set import PUBLISHED, VERSION, member_namespace
from rami.core.points import PointIndex


@dataclass(frozen=True)
class SiteModel:
    """Instances (`nodes`, without the types) and where live values go.

    `variables[twin][i]` is the variable of the i-th point of `LiveSite.points(twin)`; `arrays`
    repeat some of them; `residuals` and `advice` are by point name within the twin, empty for a
    twin without a plant; `figures` and `planned` (columns of the schedule) by their names.
    """

    ids: SiteIds
    nodes: NodeSet
    variables: Mapping[str, tuple[NodeId, ...]]
    arrays: Mapping[str, tuple[Array, ...]]
    residuals: Mapping[str, Mapping[str, NodeId]]
    advice: Mapping[str, Mapping[str, NodeId]]
    figures: Mapping[str, NodeId]
    planned: Mapping[str, NodeId]


@dataclass(frozen=True)
class Told:
    """What is known of a site beyond its topology.

    `points` by twin as `LiveSite.points` orders them, else those declared; `simulated_by` the
    word of each twin's model backend; `plants` the twins that have a plant, with residuals and
    advice; `figures` the units of key figures and balances by name, `columns` those of the
    schedule's columns.
    """

    points: Mapping[str, PointIndex] = field(default_factory=dict)
    simulated_by: Mapping[str, str] = field(default_factory=dict)
    plants: Collection[str] = ()
    figures: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


def site_model(site: SiteTopology, told: Told | None = None) -> SiteModel:
    """The instances of a site, in the order of its twin graph."""
    told = told or Told()
    ids, draft = SiteIds(site.name), Draft()
    layout = Layout(draft, typed=False)
    graph = twin_graph(site, told.simulated_by)
    Things(layout, ids, site, graph).add()
    points = SitePoints(layout, ids)
    index = {twin: told.points.get(twin, t.points) for twin, t in site.twins.items()}
    arrays = {twin: points.add(t, index[twin]) for twin, t in site.twins.items()}
    plants = [twin for twin in site.twins if twin in told.plants]
    residuals = {twin: points.residuals(twin, index[twin]) for twin in plants}
    advice = {twin: points.advice(twin, index[twin]) for twin in plants}
    _networks(draft, ids, site)
    add_connections(layout, ids, graph)
    balancing = ids.part("/", Group.BALANCING.value)
    figures = {
        name: layout.figure(balancing, ids.figure(name), Name(ids.namespace, name), unit)
        for name, unit in told.figures.items()
    }
    planned = {column: _planned(layout, ids, column, unit) for column, unit in told.columns.items()}
    return SiteModel(
        ids,
        draft.done(Namespace(ids.namespace, VERSION, PUBLISHED, needs=_needed(site))),
        {twin: tuple(ids.point(twin, n) for n in index[twin].names) for twin in site.twins},
        arrays,
        {twin: residuals.get(twin, {}) for twin in site.twins},
        {twin: advice.get(twin, {}) for twin in site.twins},
        figures,
        planned,
    )


def _planned(layout: Layout, ids: SiteIds, column: str, unit: str) -> NodeId:
    """In the group of what the column is about: a component, a network, a twin, else the site."""
    owner, _, name = column.rpartition(".")
    at = ids.path(owner)
    if at not in layout.draft.nodes:
        at, name = ids.site, column
    return layout.planned(at, Name(ids.namespace, name), unit)


def _networks(draft: Draft, ids: SiteIds, site: SiteTopology) -> None:
    for twin, topology in site.twins.items():
        for name, thing in topology.components.items():
            for network in declared_networks(site, twin, thing):
                draft.refer(ids.point(twin, name), ours.CONNECTED_TO, ids.path(network))


def _needed(site: SiteTopology) -> tuple[str, ...]:
    kinds = {type(c) for twin in site.twins.values() for c in twin.components.values()}
    return tuple(dict.fromkeys((TYPES, *sorted(map(member_namespace, kinds)))))
