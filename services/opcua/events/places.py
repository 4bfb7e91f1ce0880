"""Where events come from and who notifies of them, by site path."""

from __future__ import annotations

from typing import Any

from asyncua import ua

from rami.communication.information_model.site_model import SiteModel
from services.opcua.node_ids import ua_node_id
from services.opcua.server import OpcuaServer

SERVER = ua.NodeId(ua.ObjectIds.Server)


class Places:
    """Of a site's model that is in a server."""

    def __init__(self, server: OpcuaServer, model: SiteModel) -> None:
        self._server, self._ids = server, model.ids
        self._twins = {twin: self._node(twin) for twin in model.variables}
        self._site = server.nodes[model.ids.site].nodeid

    def _node(self, path: str) -> Any:
        found = self._server.nodes.get(self._ids.path(path))
        return found.nodeid if found is not None else None

    def source(self, path: str) -> Any:
        """The node a path is of; the nearest one above it, at last the site."""
        while path:
            found = self._node(path)
            if found is not None:
                return found
            path = path.rpartition(".")[0]
        return self._site

    def notifiers(self, path: str) -> tuple[Any, ...]:
        """Objects whose subscribers get events of a path: its twin, the site, the server."""
        twin = self._twins.get(path.partition(".")[0])
        return (SERVER, self._site) if twin is None else (SERVER, self._site, twin)

    @property
    def all(self) -> tuple[Any, ...]:
        """Every object that notifies: the server, the site, its twins."""
        return (SERVER, self._site, *self._twins.values())

    def condition(self, path: str, condition: str) -> Any:
        """The ConditionId of an alarm."""
        return ua_node_id(self._ids.condition(path, condition), self._server.indices)

    def kind(self, event_type: Any) -> Any:
        """An event type of the information model."""
        return ua_node_id(event_type, self._server.indices)

    def name(self, path: str) -> str:
        """SourceName: the path, or the site's name."""
        return path or self._ids.site_name
