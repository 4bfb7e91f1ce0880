"""What has come from the broker and waits to be looked at: bounded, newest first to stay."""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import NamedTuple

from rami.communication.service.signature import Signature

#: messages and bytes that wait at most
COUNT, BYTES = 2_000, 64 << 20


class Arrival(NamedTuple):
    """As it came; nothing of it is believed."""

    topic: str
    text: bytes
    signature: Signature | None


class Arrivals:
    """A queue between the network's thread and the one that hears."""

    def __init__(self) -> None:
        self._waiting: deque[Arrival] = deque()
        self._bytes = 0
        self._some = Condition()
        self._closed = False

    def put(self, arrival: Arrival) -> int:
        """Never waits; how many older ones had to go for it."""
        gone = 0
        with self._some:
            self._waiting.append(arrival)
            self._bytes += len(arrival.text)
            while len(self._waiting) > COUNT or (self._bytes > BYTES and len(self._waiting) > 1):
                self._bytes -= len(self._waiting.popleft().text)
                gone += 1
            self._some.notify()
        return gone

    def take(self) -> Arrival | None:
        """The oldest, waiting for one; None once closed."""
        with self._some:
            while not self._waiting and not self._closed:
                self._some.wait()
            if self._closed:
                return None
            arrival = self._waiting.popleft()
            self._bytes -= len(arrival.text)
            return arrival

    def close(self) -> None:
        """Let the one that waits go."""
        with self._some:
            self._closed = True
            self._some.notify_all()
