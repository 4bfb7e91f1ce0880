"""Monitored items of events: which ones, and which of their fields (Part 4, 7.22.3)."""

from __future__ import annotations

from collections import deque
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from rami.communication.information_model.access import Right, may
from services.opcua.events.happening import Happening
from services.opcua.events.overflow import overflow
from services.opcua.events.wanted import Wanted


class EventItem:
    """One subscriber's interest in the events of one object."""

    def __init__(self, number: int, subscription: Any, cell: EventCell) -> None:
        self.number, self.subscription, self.cell = number, subscription, cell
        self.mode, self.size = 2, 1
        self.queue: deque[bytes] = deque()
        self._discard_oldest, self._lost = True, False

    def configure(
        self, wanted: Wanted, handle: int, size: int, *, discard_oldest: bool = True
    ) -> None:
        """What it takes from now on, under which handle of the client's."""
        self._wanted, self._handle, self.size = wanted, handle, size
        self._discard_oldest = discard_oldest
        while len(self.queue) > size:
            self._lost = True
            self.queue.popleft() if discard_oldest else self.queue.pop()

    def offer(self, event: Happening) -> None:
        """An event of the object; the oldest or this one is lost where there is no room."""
        if self.mode == 0:
            return
        owner = self.subscription.owner
        if owner is None or not may(owner.role, Right.EVENTS, event.access):
            return
        selected = self._wanted.fields(event)
        if selected is None:
            return
        if len(self.queue) >= self.size:
            self._lost = True
            if not self._discard_oldest:
                return
            self.queue.popleft()
        self.queue.append(self._encoded(selected))
        if self.mode == 2:
            self.subscription.ready[self] = None

    def _encoded(self, fields: list[Any]) -> bytes:
        told = ua.EventFieldList(ClientHandle=self._handle, EventFields=fields)
        return bytes(struct_to_binary(told))

    def leave(self) -> None:
        """Nothing more is offered."""
        self.cell.detach(self)

    def set_mode(self, mode: int, now: float) -> None:
        """As `Item.set_mode`."""
        self.mode = mode
        if mode == 0:
            self.queue.clear()
            self._lost = False
        if mode == 2 and self.queue:
            self.subscription.ready[self] = None
        elif mode != 2:
            self.subscription.ready.pop(self, None)

    def pop(self, most: int, into: list[bytes]) -> int:
        """As `Item.pop`. That events were lost is told where they are missing: before the others
        where the oldest are, else after them (Part 4, 5.12.1.5)."""
        taken = min(most, len(self.queue))
        if self._lost and self._discard_oldest and taken:
            self._tell_lost(into)
        into += [self.queue.popleft() for _ in range(taken)]
        if self._lost and not self.queue:
            self._tell_lost(into)
        return taken

    def _tell_lost(self, into: list[bytes]) -> None:
        self._lost = False
        into.append(self._encoded(self._wanted.selected(overflow())))


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
