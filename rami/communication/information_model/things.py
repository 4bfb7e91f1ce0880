"""The things of a site: itself, its twins with their networks and components, its backends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rami.asset.component import Component, Declared
from rami.asset.kinds import kind_name
from rami.asset.topology import SiteTopology, TwinTopology
from rami.communication.information_model import references as ours
from rami.communication.information_model import standard as ua
from rami.communication.information_model.base_types import (
    BACKEND_TYPE,
    NETWORK_TYPE,
    SCHEDULE_TYPE,
    SITE_TYPE,
    STRATEGY_TYPE,
    TWIN_TYPE,
    TWIN_TYPES,
)
from rami.communication.information_model.groups import (
    COMPONENT,
    NETWORK,
    SCHEDULE,
    SITE,
    TWIN,
    Group,
)
from rami.communication.information_model.layout import Layout, below
from rami.communication.information_model.methods import Owner, methods_of
from rami.communication.information_model.node import ObjectNode
from rami.communication.information_model.node_id import TYPES, Name, NodeId
from rami.communication.information_model.site_ids import SiteIds
from rami.communication.information_model.type_set import component_type

if TYPE_CHECKING:
    import networkx as nx


class Things:
    """Adds the nodes of a twin graph, each below its parent, with its groups and methods."""

    def __init__(
        self, layout: Layout, ids: SiteIds, site: SiteTopology, graph: nx.MultiDiGraph[str]
    ) -> None:
        self.layout, self.ids, self.site, self.graph = layout, ids, site, graph
        self.draft = layout.draft

    def add(self) -> None:
        """All of them: parents first, backends last."""
        self._site()
        for name, twin in self.site.twins.items():
            self._twin(name, twin)
            for network, declared in twin.networks.items():
                self._thing(f"{name}.{network}", NETWORK_TYPE, declared, "network")
            for component, thing in twin.components.items():
                kind = type(thing)
                self._thing(f"{name}.{component}", component_type(kind), thing, kind_name(kind))
        self._backends()

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

    def _backends(self) -> None:
        for twin, path, kind in self.graph.edges(data="kind"):
            if kind == "simulated_by":
                at, owner = self.ids.path(path), self.ids.part(twin, Group.BACKEND.value)
                node = ObjectNode(at, Name(at.namespace, path.partition(":")[2]))
                self.draft.add(node, owner, definition=BACKEND_TYPE)
                self.draft.refer(self.ids.path(twin), ours.SIMULATED_BY, at)
