"""What of the past is asked for, from the details of a request (Part 11, 6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asyncua import ua

from services.opcua.history.archive import Archive
from services.opcua.history.at_times import AtTimeRead
from services.opcua.history.instants import time_ns
from services.opcua.history.past import first_ns, last_ns
from services.opcua.history.past_events import PastEvents
from services.opcua.history.processed import AGGREGATES, ProcessedRead
from services.opcua.history.raw import RawRead

_SC = ua.StatusCodes
_LONGEST_MS = 366 * 86_400_000.0
_INSTANTS = 10_000
Read = RawRead | ProcessedRead | AtTimeRead


@dataclass(frozen=True)
class Kept:
    """The signal that a node's history is kept under; `words`: its values are those of an
    enumeration."""

    name: str
    words: bool = False


class Histories:
    """`names` are the signals of nodes; without `archive` there is no historian."""

    def __init__(self) -> None:
        self.names: Mapping[Any, Kept] = {}
        self.archive: Archive | None = None
        self.events: PastEvents | None = None

    async def first(self, details: Any, place: int, kept: Kept, most: int) -> Read | int:
        """What is asked of the node at a place among those asked for, or why not."""
        if isinstance(details, ua.ReadRawModifiedDetails):
            return await self._raw(details, kept, most)
        if isinstance(details, ua.ReadProcessedDetails):
            return _processed(details, place, kept, most)
        if isinstance(details, ua.ReadAtTimeDetails):
            return _at_times(details, kept, most)
        return int(_SC.BadHistoryOperationUnsupported)

    async def _raw(self, details: Any, kept: Kept, most: int) -> Read | int:
        if details.IsReadModified:
            return int(_SC.BadHistoryOperationUnsupported)
        start, end, count = (
            time_ns(details.StartTime),
            time_ns(details.EndTime),
            details.NumValuesPerNode,
        )
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
            last = await self.archive.ask(lambda past: last_ns(past, kept.name))
            end = max(last, start or 0) + 1
        elif start is None:
            # the latest ones before the end, backwards
            first = await self.archive.ask(first_ns)
            start, end = end, min(first, end) - 1
        assert start is not None and end is not None
        return RawRead(
            kept.name, start, end, most, left, bool(details.ReturnBounds), words=kept.words
        )


def _processed(details: Any, place: int, kept: Kept, most: int) -> Read | int:
    start, end, kinds = time_ns(details.StartTime), time_ns(details.EndTime), details.AggregateType
    if place >= len(kinds or ()):
        return int(_SC.BadAggregateListMismatch)
    kind = kinds[place]
    if kept.words or kind.NamespaceIndex != 0 or kind.Identifier not in AGGREGATES:
        return int(_SC.BadAggregateNotSupported)
    if start is None or end is None or start == end:
        return int(_SC.BadHistoryOperationInvalid)
    length = details.ProcessingInterval
    if length and not 1.0 <= length <= _LONGEST_MS:
        return int(_SC.BadAggregateInvalidInputs)
    step = round(length * 1e6) or abs(end - start)
    return ProcessedRead(
        kept.name, kind.Identifier, start, end, step if end > start else -step, most
    )


def _at_times(details: Any, kept: Kept, most: int) -> Read | int:
    instants = [time_ns(at) for at in details.ReqTimes or []]
    if not instants or any(ns is None for ns in instants):
        return int(_SC.BadInvalidTimestampArgument)
    if len(instants) > _INSTANTS:
        return int(_SC.BadTooManyOperations)
    return AtTimeRead(kept.name, tuple(ns for ns in instants if ns is not None), most, kept.words)
