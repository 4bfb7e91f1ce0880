"""A subscription: gathers what its items have and sends it when it is time (Part 4, 5.13.1)."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from asyncua import ua

from services.opcua.live import messages
from services.opcua.live.events import EventItem
from services.opcua.live.items import Item
from services.opcua.live.samples import filetime

#: sequence numbers wrap to 1 (Part 4, 7.9)
_LAST = 2**32 - 1
#: values in a message, so that one client's holds nobody up
_MOST = 10_000


class Subscription:
    """Runs on its own beat. `send` takes an encoded answer for the request it was made for;
    `request` gives the next publish request of the session, or None."""

    def __init__(
        self,
        result: Any,
        session_id: Any,
        most: int,
        keep: int,
        enabled: bool,
        request: Callable[[Any], Any],
        ended: Callable[[Subscription], None],
    ) -> None:
        self.data, self.session_id, self.owner = result, session_id, None
        self.limit_to(most)
        self.enabled = enabled
        self.items: dict[int, Item | EventItem] = {}
        self.ready: dict[Item | EventItem, None] = {}
        self.holding: dict[Item, None] = {}
        self._keep, self._sent = keep, OrderedDict[int, bytes]()
        self._number, self._silent, self._unheard = 0, 0, 0
        self._first, self._late = True, False
        self._request, self._ended = request, ended
        self._timer: asyncio.TimerHandle | None = None
        self._next = 0.0

    @property
    def number(self) -> int:
        """SubscriptionId."""
        return int(self.data.SubscriptionId)

    def limit_to(self, most: int) -> None:
        """So many values in a message at most; 0: as many as are good for everybody."""
        self.most = min(most or _MOST, _MOST)

    @property
    def monitored_item_srv(self) -> Subscription:
        """Where asyncua has its items."""
        return self

    @property
    def _monitored_items(self) -> dict[int, Item | EventItem]:
        return self.items

    @property
    def late(self) -> bool:
        """Whether something waits for a publish request."""
        return self._late

    def start(self) -> None:
        """Begin to publish."""
        self._next = asyncio.get_running_loop().time()
        self._arm()

    def stop(self) -> None:
        """End it, with its items."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for item in self.items.values():
            item.leave()
        self.items.clear()
        self.ready.clear()
        self.holding.clear()

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        period = self.data.RevisedPublishingInterval / 1000.0
        self._next = max(self._next + period, loop.time())
        self._timer = loop.call_at(self._next, self._beat)

    def _beat(self) -> None:
        self._arm()
        if self.holding:
            now = time.monotonic()
            for item in list(self.holding):
                item.due(now)
        if self._first or (self.enabled and self.ready):
            self._late = True
        else:
            self._silent += 1
            self._late = self._late or self._silent >= self.data.RevisedMaxKeepAliveCount
        if self._late:
            self.publish()
        if self._late:
            self._unheard += 1
            if self._unheard >= self.data.RevisedLifetimeCount:
                self._expire()

    def _expire(self) -> None:
        self.stop()
        self._ended(self)

    def heard(self) -> None:
        """The client has shown that it is there."""
        self._unheard = 0

    def publish(self) -> None:
        """Send what is there, as far as there are requests to answer."""
        while self._late:
            waiting = self._request(self)
            if waiting is None:
                return
            self._unheard = self._silent = 0
            self._first = False
            parts = self._gather()
            at = filetime(time.time_ns())
            number = self._number % _LAST + 1
            content = messages.message(number, at, parts)
            if parts:
                self._number = number
                self._sent[number] = content
                while len(self._sent) > self._keep:
                    self._sent.popitem(last=False)
            self._late = more = bool(self.enabled and self.ready)
            waiting.answer(self.number, at, tuple(self._sent), more, content)

    def _gather(self) -> list[bytes]:
        if not self.enabled:
            return []
        left = self.most
        changes: list[bytes] = []
        happened: list[bytes] = []
        ready = self.ready
        done: list[Item | EventItem] = []
        for item in ready:
            if type(item) is Item:
                left -= item.pop(left, changes)
            else:
                before = len(happened)
                item.pop(left, happened)
                left -= len(happened) - before
            if item.queue:
                break
            done.append(item)
            if left <= 0:
                break
        if len(done) == len(ready):
            ready.clear()
        else:
            for item in done:
                del ready[item]
        parts = [messages.data_changes(changes, len(changes) // 2)] if changes else []
        return [*parts, messages.events(happened)] if happened else parts

    def acknowledge(self, number: int) -> int:
        """StatusCode of it."""
        known = self._sent.pop(number, None)
        return 0 if known is not None else int(ua.StatusCodes.BadSequenceNumberUnknown)

    def sent(self, number: int) -> bytes | None:
        """A message that was not acknowledged yet, to be sent again."""
        return self._sent.get(number)

    @property
    def available(self) -> list[int]:
        """Numbers of the messages that can be sent again."""
        return list(self._sent)
