"""A site's history put into its server: nodes that tell the truth, capabilities announced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from asyncua import ua

from rami.communication.information_model.enumerations import ENUMERATIONS
from rami.communication.information_model.node import VariableNode
from rami.communication.information_model.node_id import NodeId
from rami.communication.information_model.site_model import SiteModel
from rami.core.errors import RamiError
from services.opcua.address_space import described
from services.opcua.events.notifier import Notifier
from services.opcua.events.own import own_happening
from services.opcua.history.archive import Archive
from services.opcua.history.asked import Kept
from services.opcua.history.journal import Journal
from services.opcua.history.past import Past
from services.opcua.history.past_events import PastEvents
from services.opcua.history.processed import AGGREGATES
from services.opcua.history.service import MOST, MOST_EVENTS
from services.opcua.server import OpcuaServer

_A, _IDS, _V = ua.AttributeIds, ua.ObjectIds, ua.VariantType
_HISTORY = 4
#: between two looks for signals that are new, s
_EVERY = 10.0


def signals_of(model: SiteModel) -> dict[NodeId, tuple[Kept, ...]]:
    """Signals that variables may be kept under, the best first: points, key figures (`@live`
    while a run lasts), residuals (`@residual`), words by their identifiers."""
    nodes = model.nodes.nodes
    found: dict[NodeId, tuple[Kept, ...]] = {}
    for at, one in nodes.items():
        if isinstance(one, VariableNode) and one.data_type in ENUMERATIONS:
            found[at] = (Kept(str(at.identifier), words=True),)
    for variables in model.variables.values():
        for at in variables:
            found[at] = (Kept(str(at.identifier)),)
    for name, at in model.figures.items():
        found[at] = (Kept(f"{name}@live"), Kept(name))
    for twin, table in model.residuals.items():
        for name, at in table.items():
            found[at] = (Kept(f"{twin}.{name}@residual"),)
    return {
        at: kept
        for at, kept in found.items()
        if isinstance(node := nodes.get(at), VariableNode) and node.historized
    }


class History:
    """Looks in the archive for signals of nodes, now and then, and marks those that have one."""

    def __init__(self, server: OpcuaServer, opening: Callable[[], Past] | None) -> None:
        self._server = server
        self._histories = server.inner.histories
        self._waiting: dict[Any, tuple[Any, tuple[Kept, ...]]] = {}
        self._task: asyncio.Task[None] | None = None
        if opening is not None:
            self._histories.archive = Archive(opening)
            _announce(server)

    def add(self, model: SiteModel) -> None:
        """Nodes that may have a history."""
        for at, kept in signals_of(model).items():
            data = self._server.nodes.get(at)
            if data is not None and data.nodeid not in self._histories.names:
                self._waiting[data.nodeid] = (data, kept)

    def tell_events(self, notifier: Notifier, file: Path) -> None:
        """Let events be read back from the journal of the run."""
        places, lineage = notifier.places, notifier.lineage
        self._histories.events = PastEvents(
            Journal(file), places.all, lineage, lambda event: own_happening(event, places, lineage)
        )
        for place in places.all:
            notifies = self._server.inner.aspace[place].attributes[_A.EventNotifier]
            level = notifies.value.Value.Value | _HISTORY
            notifies.value = ua.DataValue(ua.Variant(level, _V.Byte))
        _tell(self._server, {
            _IDS.HistoryServerCapabilities_AccessHistoryEventsCapability: ua.Variant(True),
            _IDS.HistoryServerCapabilities_MaxReturnEventValues: ua.Variant(
                MOST_EVENTS, _V.UInt32
            ),
        })  # fmt: skip

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
        if self._histories.events is not None:
            self._histories.events.journal.close()

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
        names, there = dict(self._histories.names), {signal.name for signal in known}
        for place, (data, options) in list(self._waiting.items()):
            kept = next((one for one in options if one.name in there), None)
            if kept is not None:
                del self._waiting[place]
                names[place] = kept
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
    told = {
        _IDS.HistoryServerCapabilities_AccessHistoryDataCapability: ua.Variant(True),
        _IDS.HistoryServerCapabilities_MaxReturnDataValues: ua.Variant(MOST, _V.UInt32),
        _IDS.Server_ServerCapabilities_MaxHistoryContinuationPoints: ua.Variant(
            server.settings.limits.continuation_points, _V.UInt16
        ),
        _IDS.Server_ServerCapabilities_OperationLimits_MaxNodesPerHistoryReadData: ua.Variant(
            server.settings.limits.operations, _V.UInt32
        ),
    }
    _tell(server, told)
    organizes = ua.NodeId(_IDS.Organizes)
    for folder in (
        _IDS.Server_ServerCapabilities_AggregateFunctions,
        _IDS.HistoryServerCapabilities_AggregateFunctions,
    ):
        place = aspace.get(ua.NodeId(folder))
        for number in AGGREGATES if place is not None else ():
            _refer(place, organizes, aspace[ua.NodeId(number)])


def _tell(server: OpcuaServer, told: Mapping[int, Any]) -> None:
    for number, value in told.items():
        data = server.inner.aspace.get(ua.NodeId(number))
        if data is not None:
            data.attributes[_A.Value].value = ua.DataValue(value)


def _refer(source: Any, kind: Any, target: Any) -> None:
    if any(r.NodeId == target.nodeid and r.IsForward for r in source.references):
        return
    definition = ua.NodeId(_IDS.AggregateFunctionType)
    source.references.append(described(kind, target, definition, True, {}))
    target.references.append(described(kind, source, ua.NodeId(_IDS.FolderType), False, {}))
