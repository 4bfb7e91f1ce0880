"""Events as they were told (Part 11, 6.5.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from struct import Struct
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from rami.communication.information_model.access import Person, Right, may
from rami.core.event import Event
from services.opcua.events.happening import Happening, Lineage
from services.opcua.events.wanted import Wanted, WrongFilter, event_filter
from services.opcua.history.instants import EARLY, FAR, time_ns
from services.opcua.history.journal import Journal

_SC = ua.StatusCodes
#: events that are looked at for one answer, wanted or not
_LOOKED = 20_000
_COUNT = Struct("<i").pack
_KIND = ua.NodeId(ua.ObjectIds.HistoryEvent_Encoding_DefaultBinary)


@dataclass(frozen=True)
class EventsRead:
    """What is left to be read of a notifier, in [low, high), backwards where it is so wanted.

    `left` events are wanted, all where it is None; at once `most`, and not many more bytes than
    `room`. Those up to the number `last` were told.
    """

    node: Any
    wanted: Wanted
    role: Person
    happening: Callable[[Event], Happening]
    low_ns: int
    high_ns: int
    most: int
    room: int
    backward: bool = False
    left: int | None = None
    last: int | None = None

    def run(self, journal: Journal) -> tuple[Any, EventsRead | None]:
        """HistoryEvent, and what is left then."""
        most = self.most if self.left is None else min(self.most, self.left)
        told: list[bytes] = []
        room = self.room
        here, looked, more = self, 0, False
        for event in journal.between(self.low_ns, self.high_ns, backward=self.backward):
            if self._was_told(event):
                continue
            if len(told) >= most or looked >= _LOOKED or (told and room <= 0):
                more = True
                break
            looked += 1
            here = here._after(event)
            fields = self._fields(self.happening(event))
            if fields is not None:
                told.append(struct_to_binary(ua.HistoryEventFieldList(EventFields=fields)))
                room -= len(told[-1])
        data = ua.ExtensionObject(_KIND, _COUNT(len(told)) + b"".join(told))
        left = None if self.left is None else self.left - len(told)
        return data, replace(here, left=left) if more and left != 0 else None

    def _was_told(self, event: Event) -> bool:
        if self.last is None:
            return False
        return event.number >= self.last if self.backward else event.number <= self.last

    def _after(self, event: Event) -> EventsRead:
        if self.backward:
            return replace(self, high_ns=event.time_ns + 1, last=event.number)
        return replace(self, low_ns=event.time_ns, last=event.number)

    def _fields(self, happening: Happening) -> list[Any] | None:
        if self.node not in happening.places or not may(self.role, Right.HISTORY, happening.access):
            return None
        return self.wanted.fields(happening)


class PastEvents:
    """What of the past `notifiers` told, and how: the same as live."""

    def __init__(
        self,
        journal: Journal,
        notifiers: Collection[Any],
        lineage: Lineage,
        happening: Callable[[Event], Happening],
    ) -> None:
        self.journal, self.notifiers = journal, frozenset(notifiers)
        self._lineage, self._happening = lineage, happening

    def asked(
        self, details: Any, node: Any, role: Person, most: int, room: int
    ) -> EventsRead | int:
        """What is asked of a notifier, or why it cannot be; `most` and `room` of one answer."""
        start, end = time_ns(details.StartTime), time_ns(details.EndTime)
        count = details.NumValuesPerNode
        if (start, end).count(None) + (count == 0) > 1:
            return int(_SC.BadHistoryOperationInvalid)
        try:
            wanted = event_filter(details.Filter, self._lineage)
        except WrongFilter as wrong:
            return wrong.code
        left, backward = count, False
        if start is not None and end is not None:
            # further events wait behind a continuation point
            most, left = min(most, count or most), None
        if start is None:
            backward, low, high = True, EARLY, (end or FAR) + 1
        elif end is None:
            low, high = start, FAR
        elif end < start:
            # the end that is begun at belongs to it, the other one does not
            backward, low, high = True, end + 1, start + 1
        else:
            low, high = start, end
        return EventsRead(
            node, wanted, role, self._happening, low, high, most, room, backward, left
        )
