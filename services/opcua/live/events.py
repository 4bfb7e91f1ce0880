"""Monitored items of events: which ones, and which of their fields (Part 4, 7.22.3)."""

from __future__ import annotations

from collections import deque
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from rami.communication.information_model.access import Right, may
from services.opcua.events.happening import Happening
from services.opcua.events.wanted import Wanted


class EventItem:
    """One subscriber's interest in the events of one object."""

    def __init__(self, number: int, subscription: Any, cell: EventCell) -> None:
        self.number, self.subscription, self.cell = number, subscription, cell
        self.mode, self.size = 2, 1
        self.queue: deque[bytes] = deque()

    def configure(self, wanted: Wanted, handle: int, size: int) -> None:
        """What it takes from now on, under which handle of the client's."""
        self._wanted, self._handle, self.size = wanted, handle, size
        while len(self.queue) > size:
            self.queue.popleft()

    def offer(self, event: Happening) -> None:
        """An event of the object; the oldest is lost where there is no room."""
        if self.mode == 0:
            return
        owner = self.subscription.owner
        if owner is None or not may(owner.role, Right.EVENTS, event.access):
            return
        selected = self._wanted.fields(event)
        if selected is None:
            return
        if len(self.queue) >= self.size:
            self.queue.popleft()
        fields = ua.EventFieldList(ClientHandle=self._handle, EventFields=selected)
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

    def __init__(self, node: Any, cells: dict[Any, EventCell]) -> None:
        self.node, self._cells = node, cells
        self._items: list[EventItem] = []

    def attach(self, item: EventItem) -> None:
        """The item is offered every event from now on."""
        self._items.append(item)

    def detach(self, item: EventItem) -> None:
        """It is not any more."""
        self._items.remove(item)
        if not self._items:
            self._cells.pop(self.node, None)

    def offer(self, event: Happening) -> None:
        """To all."""
        for item in self._items:
            item.offer(event)
