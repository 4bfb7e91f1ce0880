"""HistoryRead of a server: which nodes have a history, who may read it, how much at once."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Right
from rami.core.errors import DataError, RamiError
from services.opcua.corrections.garbled import refused
from services.opcua.corrections.sessions import BoundSession
from services.opcua.history.asked import Read
from services.opcua.history.past_events import EventsRead

_SC, _A = ua.StatusCodes, ua.AttributeIds
#: values of one node, and of all nodes, in one answer
MOST, MOST_IN_ALL = 10_000, 50_000
#: events in one answer
MOST_EVENTS = 1_000
#: bytes of a value, and of a node's result around its values
_VALUE, _RESULT = 22, 64


class Recalling(BoundSession):
    """What a session reads of the past."""

    async def history_read(self, params: Any) -> list[Any]:
        """A result for each node."""
        wanted = params.NodesToRead
        if not wanted:
            raise refused(_SC.BadNothingToDo)
        if len(wanted) > min(self.guards.settings.limits.operations, MOST_IN_ALL):
            raise refused(_SC.BadTooManyOperations)
        if params.ReleaseContinuationPoints:
            return [_ended(self._released(item.ContinuationPoint)) for item in wanted]
        if params.TimestampsToReturn not in (0, 1, 2):
            raise refused(_SC.BadTimestampsToReturnInvalid)
        if params.TimestampsToReturn == 1:
            return [_ended(_SC.BadTimestampNotSupported) for _ in wanted]
        room = self._room() // len(wanted) - _RESULT
        most = max(1, min(MOST, MOST_IN_ALL // len(wanted), room // _VALUE))
        details = params.HistoryReadDetails
        self._prior = list(self.pasts)
        archive = self.iserver.histories.archive
        async with archive.held() if archive is not None else nullcontext():
            return [await self._read(details, n, item, most, room) for n, item in enumerate(wanted)]

    def _room(self) -> int:
        """Bytes of an answer. There are clients that hold the server to what it takes itself."""
        kept: int = self.guards.settings.limits.message_kB * 1024
        told: int = self.channel.most_answer if self.channel is not None else 0
        return (min(kept, told) if told else kept) * 9 // 10

    async def _read(self, details: Any, place: int, item: Any, most: int, room: int) -> Any:
        if isinstance(details, ua.ReadEventDetails):
            return await self._events(details, item, most, room)
        code = self._closed(item)
        if code:
            return _ended(code)
        histories = self.iserver.histories
        try:
            if item.ContinuationPoint:
                node, read = self.pasts.pop(item.ContinuationPoint, (None, None))
                if read is None or isinstance(read, EventsRead) or node != item.NodeId:
                    return _ended(_SC.BadContinuationPointInvalid)
                read = replace(read, most=min(read.most, most))
            else:
                kept = histories.names[item.NodeId]
                read = await histories.first(details, place, kept, most)
                if isinstance(read, int):
                    return _ended(read)
            data, left = await histories.archive.ask(read.run)
        except DataError:
            # a signal that nobody declared yet has no values
            return _ended(_SC.GoodNoData)
        except RamiError:
            return _ended(_SC.BadResourceUnavailable)
        return self._result(item.NodeId, data, left)

    async def _events(self, details: Any, item: Any, most: int, room: int) -> Any:
        node, role = item.NodeId, self.caller.role
        if node not in self.aspace or not self.guards.permissions.may(role, Right.BROWSE, node):
            return _ended(_SC.BadNodeIdUnknown)
        past = self.iserver.histories.events
        if past is None or node not in past.notifiers:
            return _ended(_SC.BadHistoryOperationUnsupported)
        if not self.guards.permissions.may(role, Right.HISTORY, node):
            return _ended(_SC.BadUserAccessDenied)
        if item.ContinuationPoint:
            held, read = self.pasts.pop(item.ContinuationPoint, (None, None))
            if held != node or not isinstance(read, EventsRead):
                return _ended(_SC.BadContinuationPointInvalid)
            read = replace(read, most=min(read.most, most), room=room)
        else:
            found = past.asked(details, node, role, min(most, MOST_EVENTS), room)
            if isinstance(found, int):
                return _ended(found)
            read = found
        try:
            data, left = await past.journal.ask(read.run)
        except RamiError:
            return _ended(_SC.BadResourceUnavailable)
        return self._result(node, data, left)

    def _result(self, node: Any, data: Any, left: Read | EventsRead | None) -> Any:
        result = ua.HistoryReadResult(HistoryData=data)
        if left is not None and not self._keep(result, node, left):
            return _ended(_SC.BadNoContinuationPoints)
        if left is not None:
            return result
        if data.Body[:4] == b"\0\0\0\0":
            result.StatusCode = ua.StatusCode(_SC.GoodNoData)
        return result

    def _closed(self, item: Any) -> int:
        """Why not, where nothing of this node may be read; 0 where it may."""
        node, permissions, role = item.NodeId, self.guards.permissions, self.caller.role
        if node not in self.aspace or not permissions.may(role, Right.BROWSE, node):
            return int(_SC.BadNodeIdUnknown)
        if item.IndexRange:
            return int(_SC.BadIndexRangeInvalid)
        if item.DataEncoding.Name not in (None, "", "Default Binary"):
            return int(_SC.BadDataEncodingUnsupported)
        histories = self.iserver.histories
        if histories.archive is None or node not in histories.names:
            return int(_SC.BadHistoryOperationUnsupported)
        if not permissions.may(role, Right.HISTORY, node):
            return int(_SC.BadUserAccessDenied)
        return 0

    @property
    def pasts(self) -> dict[bytes, tuple[Any, Read | EventsRead]]:
        """What is left to be read, by continuation point."""
        if not hasattr(self, "_pasts"):
            self._pasts: dict[bytes, tuple[Any, Read | EventsRead]] = {}
        return self._pasts

    def _keep(self, result: Any, node: Any, left: Read | EventsRead) -> bool:
        """Whether there is room for a point; the oldest of former requests give way (Part 4, 7.9),
        those of this one do not."""
        while len(self.pasts) >= self.guards.settings.limits.continuation_points:
            if not self._prior:
                return False
            self.pasts.pop(self._prior.pop(0), None)
        point = os.urandom(8)
        self.pasts[point] = (node, left)
        result.ContinuationPoint = point
        return True

    def _released(self, point: Any) -> int:
        found = self.pasts.pop(point or b"", None)
        return 0 if found is not None else int(_SC.BadContinuationPointInvalid)


def _ended(code: int) -> Any:
    return ua.HistoryReadResult(StatusCode=ua.StatusCode(int(code)))
