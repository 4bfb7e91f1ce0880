"""Monitored items of events: which ones, and which of their fields (Part 4, 7.22.3)."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

from asyncua import ua
from asyncua.server.monitored_item_service import WhereClauseEvaluator
from asyncua.ua.ua_binary import struct_to_binary

_logger = logging.getLogger(__name__)


class EventItem:
    """One subscriber's interest in the events of one object."""

    def __init__(self, number: int, subscription: Any, cell: EventCell, wanted: Any) -> None:
        self.number, self.subscription, self.cell = number, subscription, cell
        self.filter, self.client_handle = wanted.Filter, wanted.ClientHandle
        self.mode, self.size = 2, 1
        self.queue: deque[bytes] = deque()
        self._where = WhereClauseEvaluator(_logger, cell.aspace, self.filter.WhereClause)

    def offer(self, event: Any) -> None:
        """An event of the object; the oldest is lost where there is no room."""
        if self.mode == 0 or not self._where.eval(event):
            return
        fields = ua.EventFieldList()
        fields.ClientHandle = self.client_handle
        fields.EventFields = event.to_event_fields(self.filter.SelectClauses)
        if len(self.queue) >= self.size:
            self.queue.popleft()
        self.queue.append(struct_to_binary(fields))
        if self.mode == 2:
            self.subscription.ready[self] = None

    def leave(self) -> None:
        """Nothing more is offered."""
        self.cell.detach(self)

    def set_mode(self, mode: int, now: float) -> None:
        """As `Item.set_mode`."""
        self.mode = mode
        if mode == 0:
            self.queue.clear()
        if mode == 2 and self.queue:
            self.subscription.ready[self] = None
        elif mode != 2:
            self.subscription.ready.pop(self, None)

    def pop(self, most: int, into: list[bytes]) -> int:
        """As `Item.pop`."""
        taken = min(most, len(self.queue))
        into += [self.queue.popleft() for _ in range(taken)]
        return taken


class EventCell:
    """An object whose events are subscribed to."""

    def __init__(self, aspace: Any, node: Any, cells: dict[Any, EventCell]) -> None:
        self.aspace, self._node, self._cells = aspace, node, cells
        self._items: list[EventItem] = []

    def attach(self, item: EventItem) -> None:
        """The item is offered every event from now on."""
        self._items.append(item)

    def detach(self, item: EventItem) -> None:
        """It is not any more."""
        self._items.remove(item)
        if not self._items:
            self._cells.pop(self._node, None)

    def offer(self, event: Any) -> None:
        """To all."""
        for item in self._items:
            item.offer(event)
