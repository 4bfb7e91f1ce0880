"""The twin graph: the topology as a networkx graph, for queries, drawings and browsing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rami.asset.hierarchy import HierarchyLevel
from rami.asset.kinds import kind_name
from rami.asset.life_cycle import LifeCycle
from rami.asset.topology import SiteTopology

if TYPE_CHECKING:
    import networkx as nx


def twin_graph(
    site: SiteTopology, simulated_by: Mapping[str, str] | None = None
) -> nx.MultiDiGraph[str]:
    """Nodes are site, twins, networks and components; every node has kind, level, life cycle.

    Edges carry `kind`: `part_of` (child to parent), `flows_to` (carrier, ports, device),
    `controlled_by` (port's component to the device that sets its flow) and `simulated_by`
    (twin to backend; `simulated_by` maps twin name to the backend's word).
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=site.name)

    def node(path: str, kind: str, level: HierarchyLevel, cycle: LifeCycle) -> None:
        graph.add_node(path, kind=kind, level=level.value, life_cycle=cycle.value)

    node(site.name, "site", HierarchyLevel.ENTERPRISE, LifeCycle.INSTANCE_USAGE)
    for twin, topology in site.twins.items():
        node(twin, topology.kind, HierarchyLevel.STATION, LifeCycle.INSTANCE_USAGE)
        graph.add_edge(twin, site.name, kind="part_of")
        for name, network in topology.networks.items():
            node(f"{twin}.{name}", "network", network.level, network.life_cycle)
            graph.add_edge(f"{twin}.{name}", twin, kind="part_of")
        for name, component in topology.components.items():
            path = f"{twin}.{name}"
            node(path, kind_name(type(component)), component.level, component.life_cycle)
            parent = name.rpartition("_")[0]
            inside = f"{twin}.{parent}" if parent in topology.networks else twin
            graph.add_edge(path, inside, kind="part_of")
        for link in topology.links:
            a, _, a_port = link.source.partition(".")
            b, _, b_port = link.target.partition(".")
            graph.add_edge(
                f"{twin}.{a}",
                f"{twin}.{b}",
                kind="flows_to",
                carrier="water",
                source_port=a_port,
                target_port=b_port,
                device=link.device,
            )
            if link.device and link.device not in (a, b):
                graph.add_edge(f"{twin}.{b}", f"{twin}.{link.device}", kind="controlled_by")
        backend = (simulated_by or {}).get(twin)
        if backend:
            node(
                f"{twin}:{backend}",
                "backend",
                HierarchyLevel.CONTROL_DEVICE,
                LifeCycle.INSTANCE_USAGE,
            )
            graph.add_edge(twin, f"{twin}:{backend}", kind="simulated_by")
    for c in site.couplings:
        graph.add_edge(
            f"{c.network_twin}.{c.take}",
            f"{c.twin}.{c.border}",
            kind="flows_to",
            carrier="water",
            source_port="at",
            target_port="take",
            device=None,
        )
        graph.add_edge(
            f"{c.twin}.{c.border}",
            f"{c.network_twin}.{c.give}",
            kind="flows_to",
            carrier="water",
            source_port="give",
            target_port="at",
            device=None,
        )
    return graph
