"""A site's history put into its server: nodes that tell the truth, capabilities announced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from asyncua import ua

from rami.communication.information_model.node import VariableNode
from rami.communication.information_model.node_id import NodeId
from rami.communication.information_model.site_model import SiteModel
from rami.core.errors import RamiError
from services.opcua.address_space import described
from services.opcua.history.archive import Archive
from services.opcua.history.past import Past
from services.opcua.history.processed import AGGREGATES
from services.opcua.history.service import MOST
from services.opcua.server import OpcuaServer

_A, _IDS, _V = ua.AttributeIds, ua.ObjectIds, ua.VariantType
_HISTORY = 4
#: between two looks for signals that are new, s
_EVERY = 10.0


def signals_of(model: SiteModel) -> dict[NodeId, str]:
    """Names of signals of variables: points, key figures, residuals (`@residual`)."""
    nodes = model.nodes.nodes
    found: dict[NodeId, str] = {}
    for variables in model.variables.values():
        for at in variables:
            found[at] = str(at.identifier)
    for name, at in model.figures.items():
        found[at] = name
    for twin, table in model.residuals.items():
        for name, at in table.items():
            found[at] = f"{twin}.{name}@residual"
    return {
        at: name
        for at, name in found.items()
        if isinstance(node := nodes.get(at), VariableNode) and node.historized
    }


class History:
    """Looks in the archive for signals of nodes, now and then, and marks those that have one."""

    def __init__(self, server: OpcuaServer, opening: Callable[[], Past] | None) -> None:
        self._server = server
        self._histories = server.inner.histories
        self._waiting: dict[str, Any] = {}
        self._task: asyncio.Task[None] | None = None
        if opening is not None:
            self._histories.archive = Archive(opening)
            _announce(server)

    def add(self, model: SiteModel) -> None:
        """Nodes that may have a history."""
        for at, name in signals_of(model).items():
            data = self._server.nodes.get(at)
            if data is not None and data.nodeid not in self._histories.names:
                self._waiting[name] = data

    async def start(self) -> None:
        """Look once, and go on looking."""
        if self._histories.archive is not None:
            await self._look()
            self._task = asyncio.get_running_loop().create_task(self._run())

    def close(self) -> None:
        """Let go of the store."""
        if self._task is not None:
            self._task.cancel()
        if self._histories.archive is not None:
            self._histories.archive.close()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            if self._waiting:
                await self._look()

    async def _look(self) -> None:
        archive = self._histories.archive
        assert archive is not None
        try:
            known = await archive.ask(lambda past: past.signals())
        except RamiError:
            # told in the log already
            return
        names = dict(self._histories.names)
        for signal in known:
            data = self._waiting.pop(signal.name, None)
            if data is not None:
                names[data.nodeid] = signal.name
                _mark(data)
        self._histories.names = names


def _mark(data: Any) -> None:
    """HistoryRead in the AccessLevel, and Historizing."""
    for attribute in (_A.AccessLevel, _A.UserAccessLevel):
        level = data.attributes[attribute].value.Value.Value | _HISTORY
        data.attributes[attribute].value = ua.DataValue(ua.Variant(level, _V.Byte))
    data.attributes[_A.Historizing].value = ua.DataValue(ua.Variant(True, _V.Boolean))


def _announce(server: OpcuaServer) -> None:
    """What the server can do, where clients look for it (Part 11, 5.4; Part 13, 4.2.2)."""
    aspace = server.inner.aspace
    told: Mapping[int, Any] = {
        _IDS.HistoryServerCapabilities_AccessHistoryDataCapability: ua.Variant(True),
        _IDS.HistoryServerCapabilities_MaxReturnDataValues: ua.Variant(MOST, _V.UInt32),
        _IDS.Server_ServerCapabilities_MaxHistoryContinuationPoints: ua.Variant(
            server.settings.limits.continuation_points, _V.UInt16
        ),
        _IDS.Server_ServerCapabilities_OperationLimits_MaxNodesPerHistoryReadData: ua.Variant(
            server.settings.limits.operations, _V.UInt32
        ),
    }
    for number, value in told.items():
        data = aspace.get(ua.NodeId(number))
        if data is not None:
            data.attributes[_A.Value].value = ua.DataValue(value)
    organizes = ua.NodeId(_IDS.Organizes)
    for folder in (
        _IDS.Server_ServerCapabilities_AggregateFunctions,
        _IDS.HistoryServerCapabilities_AggregateFunctions,
    ):
        place = aspace.get(ua.NodeId(folder))
        for number in AGGREGATES if place is not None else ():
            _refer(place, organizes, aspace[ua.NodeId(number)])


def _refer(source: Any, kind: Any, target: Any) -> None:
    if any(r.NodeId == target.nodeid and r.IsForward for r in source.references):
        return
    definition = ua.NodeId(_IDS.AggregateFunctionType)
    source.references.append(described(kind, target, definition, True, {}))
    target.references.append(described(kind, source, ua.NodeId(_IDS.FolderType), False, {}))
