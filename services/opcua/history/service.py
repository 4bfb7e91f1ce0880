"""HistoryRead of a server: which nodes have a history, who may read it, how much at once."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Right
from rami.core.errors import DataError, RamiError
from rami.core.timegrid import instant
from services.opcua.corrections.garbled import refused
from services.opcua.corrections.sessions import BoundSession
from services.opcua.history.archive import Archive
from services.opcua.history.past import first_ns, last_ns
from services.opcua.history.processed import AGGREGATES, ProcessedRead
from services.opcua.history.raw import RawRead

_SC, _A = ua.StatusCodes, ua.AttributeIds
#: values of one node, and of all nodes, in one answer
MOST, MOST_IN_ALL = 10_000, 50_000
#: times before it are unspecified (Part 11, 6.5.3: DateTime.MinValue)
_NEVER = datetime(1601, 1, 2, tzinfo=UTC)
#: nothing is looked for beyond these
_EARLY, _FAR = instant("1900-01-01T00:00:00Z"), instant("2200-01-01T00:00:00Z")
_LONGEST_MS = 366 * 86_400_000.0
Read = RawRead | ProcessedRead


class Histories:
    """`names` are the signals of nodes; None: there is no historian."""

    def __init__(self) -> None:
        self.names: Mapping[Any, str] = {}
        self.archive: Archive | None = None

    async def first(self, details: Any, place: int, name: str, most: int) -> Read | int:
        """What is asked of the node at a place among those asked for, or why not."""
        if isinstance(details, ua.ReadRawModifiedDetails):
            return await self._raw(details, name, most)
        if isinstance(details, ua.ReadProcessedDetails):
            return _processed(details, place, name, most)
        return int(_SC.BadHistoryOperationUnsupported)

    async def _raw(self, details: Any, name: str, most: int) -> Read | int:
        if details.IsReadModified:
            return int(_SC.BadHistoryOperationUnsupported)
        start, end, count = _ns(details.StartTime), _ns(details.EndTime), details.NumValuesPerNode
        if (start, end).count(None) + (count == 0) > 1:
            return int(_SC.BadHistoryOperationInvalid)
        assert self.archive is not None
        if start is not None and end is not None:
            left = None
            # further values wait behind a continuation point
            most = min(most, count) if count else most
        else:
            left = count
        if end is None:
            last = await self.archive.ask(lambda past: last_ns(past, name))
            end = max(last, start or 0) + 1
        elif start is None:
            # the latest ones before the end, backwards
            first = await self.archive.ask(first_ns)
            start, end = end, min(first, end) - 1
        assert start is not None and end is not None
        return RawRead(name, start, end, most, left, bool(details.ReturnBounds))


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
        most = max(1, min(MOST, MOST_IN_ALL // len(wanted)))
        details = params.HistoryReadDetails
        return [await self._read(details, n, item, most) for n, item in enumerate(wanted)]

    async def _read(self, details: Any, place: int, item: Any, most: int) -> Any:
        code = self._closed(item)
        if code:
            return _ended(code)
        histories = self.iserver.histories
        try:
            if item.ContinuationPoint:
                node, read = self.pasts.pop(item.ContinuationPoint, (None, None))
                if read is None or node != item.NodeId:
                    return _ended(_SC.BadContinuationPointInvalid)
            else:
                name = histories.names[item.NodeId]
                read = await histories.first(details, place, name, most)
                if isinstance(read, int):
                    return _ended(read)
            data, left = await histories.archive.ask(read.run)
        except DataError:
            # a signal that nobody declared yet has no values
            return _ended(_SC.GoodNoData)
        except RamiError:
            return _ended(_SC.BadResourceUnavailable)
        result = ua.HistoryReadResult(HistoryData=data)
        if left is not None:
            self._keep(result, item.NodeId, left)
        elif data.Body[:4] == b"\0\0\0\0":
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
    def pasts(self) -> OrderedDict[bytes, tuple[Any, Read]]:
        """What is left to be read, by continuation point."""
        if not hasattr(self, "_pasts"):
            self._pasts: OrderedDict[bytes, tuple[Any, Read]] = OrderedDict()
        return self._pasts

    def _keep(self, result: Any, node: Any, left: Read) -> None:
        while len(self.pasts) >= self.guards.settings.limits.continuation_points:
            # the oldest gives way (Part 4, 7.9)
            self.pasts.popitem(last=False)
        point = os.urandom(8)
        self.pasts[point] = (node, left)
        result.ContinuationPoint = point

    def _released(self, point: Any) -> int:
        found = self.pasts.pop(point or b"", None)
        return 0 if found is not None else int(_SC.BadContinuationPointInvalid)


def _processed(details: Any, place: int, name: str, most: int) -> Read | int:
    start, end, kinds = _ns(details.StartTime), _ns(details.EndTime), details.AggregateType
    if place >= len(kinds or ()):
        return int(_SC.BadAggregateListMismatch)
    kind = kinds[place]
    if kind.NamespaceIndex != 0 or kind.Identifier not in AGGREGATES:
        return int(_SC.BadAggregateNotSupported)
    if start is None or end is None or start == end:
        return int(_SC.BadHistoryOperationInvalid)
    length = details.ProcessingInterval
    if length and not 1.0 <= length <= _LONGEST_MS:
        return int(_SC.BadAggregateInvalidInputs)
    step = round(length * 1e6) or abs(end - start)
    return ProcessedRead(name, kind.Identifier, start, end, step if end > start else -step, most)


def _ns(at: datetime | None) -> int | None:
    if at is None:
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return None if aware < _NEVER else min(max(instant(aware), _EARLY), _FAR)


def _ended(code: int) -> Any:
    return ua.HistoryReadResult(StatusCode=ua.StatusCode(int(code)))
