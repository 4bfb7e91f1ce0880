"""Flows of a site: references between components, and one object for each connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rami.asset.component import Component
from rami.asset.reference import references
from rami.asset.topology import SiteTopology
from rami.communication.information_model import references as ours
from rami.communication.information_model.base_types import CONNECTION, CONNECTION_TYPE
from rami.communication.information_model.layout import FUNCTIONAL_GROUP_TYPE, Layout, below
from rami.communication.information_model.node import ObjectNode
from rami.communication.information_model.node_id import TYPES, Name
from rami.communication.information_model.site_ids import SiteIds

if TYPE_CHECKING:
    import networkx as nx


def declared_networks(site: SiteTopology, twin: str, thing: Component) -> tuple[str, ...]:
    """Paths of the networks that a component's fields name, each once, in the fields' order."""
    found: dict[str, None] = {}
    for name, mark in references(type(thing)).items():
        if mark.to == "component":
            continue
        word = getattr(thing, name)
        if not word or word in mark.carriers:
            continue
        if mark.to == "line":
            word = word.rpartition(".")[0]
        found[site.resolve(twin, word)] = None
    return tuple(path for path in found if path in site.network_paths())


def add_connections(layout: Layout, ids: SiteIds, graph: nx.MultiDiGraph[str]) -> None:
    """ControlledBy between components, and an object for each flow, which FlowsTo leads into and
    out of: two flows between the same components stay apart, also opposite ones, which servers
    take for one reference told twice."""
    controlled: dict[tuple[str, str], None] = {}
    for source, target, edge in graph.edges(data=True):
        if edge["kind"] == "controlled_by":
            controlled[source, target] = None
        elif edge["kind"] == "flows_to":
            _connection(layout, ids, source, target, edge)
    for source, target in controlled:
        layout.draft.refer(ids.path(source), ours.CONTROLLED_BY, ids.path(target))


def _connection(
    layout: Layout, ids: SiteIds, source: str, target: str, edge: dict[str, Any]
) -> None:
    a, b = source.partition("."), target.partition(".")
    inside = a[0] == b[0]
    owner = ids.path(a[0]) if inside else ids.site
    folder = below(owner, "Connections")
    draft = layout.draft
    if folder not in draft.nodes:
        node = ObjectNode(folder, Name(TYPES, "Connections"))
        draft.add(node, owner, definition=FUNCTIONAL_GROUP_TYPE)
    start, end = (a[2], b[2]) if inside else (source, target)
    name = f"{start}.{edge['source_port']} > {end}.{edge['target_port']}"
    device = edge["device"]
    if device:
        name = f"{name} by {device}"
    again = 2
    at = below(folder, name)
    while at in draft.nodes:
        at = below(folder, f"{name} ({again})")
        again += 1
    draft.add(ObjectNode(at, Name(at.namespace, name)), folder, definition=CONNECTION_TYPE)
    values = {
        "SourcePort": edge["source_port"],
        "TargetPort": edge["target_port"],
        "Carrier": edge["carrier"],
        "Device": f"{a[0]}.{device}" if device else "",
    }
    for variable in CONNECTION:
        if values[variable.name] or not variable.optional:
            layout.variable(at, variable, values[variable.name])
    draft.refer(ids.path(source), ours.FLOWS_TO, at)
    draft.refer(at, ours.FLOWS_TO, ids.path(target))
