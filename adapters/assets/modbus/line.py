"""The one wire to a plant, shared by readings, commands and the heartbeat; how its link is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock

from adapters.assets.modbus.wire import Trouble, Wire
from rami.asset.live import Link, LinkState


class Line:
    """One request at a time; who hurries goes first."""

    def __init__(self, wire: Wire, clock: Callable[[], int]) -> None:
        self.wire, self._clock = wire, clock
        self._lock, self._counting = Lock(), Lock()
        self._urgent, self._calm = 0, Event()
        self._calm.set()
        self.link = Link(LinkState.CLOSED, clock())

    @contextmanager
    def turn(self) -> Iterator[Wire]:
        """The wire, when it is free."""
        with self._lock:
            yield self.wire

    @contextmanager
    def hurried(self, within_s: float) -> Iterator[Wire | None]:
        """The wire, before the next reading; None when it is not free in time."""
        self._hurry(+1)
        try:
            if not self._lock.acquire(timeout=within_s):
                yield None
                return
            try:
                yield self.wire
            finally:
                self._lock.release()
        finally:
            self._hurry(-1)

    def _hurry(self, change: int) -> None:
        with self._counting:
            self._urgent += change
            if self._urgent:
                self._calm.clear()
            else:
                self._calm.set()

    def let_pass(self, within_s: float) -> None:
        """Wait until nobody hurries."""
        self._calm.wait(within_s)

    def stop_waiting(self) -> None:
        """Nobody waits for who hurries any more."""
        self._calm.set()

    def hang_up(self) -> None:
        """The link is closed."""
        with self._lock:
            self.wire.close()
        if self.link.state is not LinkState.CLOSED:
            self.link = Link(LinkState.CLOSED, self._clock(), losses=self.link.losses)

    def opened(self) -> None:
        """A fresh link."""
        self.link = Link(LinkState.OPEN, self._clock())

    def found(self, trouble: str) -> None:
        """Somebody answers; `trouble` of single devices."""
        link = self.link
        if link.state is LinkState.LOST:
            self.link = Link(LinkState.OPEN, self._clock(), trouble, link.losses)
        elif trouble != link.trouble:
            self.link = Link(link.state, link.since_ns, trouble, link.losses)

    def lost(self, trouble: str) -> None:
        """Nobody answers."""
        link = self.link
        if link.state is LinkState.OPEN:
            self.link = Link(LinkState.LOST, self._clock(), trouble, link.losses + 1)

    def reconnect(self) -> None:
        """A fresh connection, by one who has the wire."""
        try:
            self.wire.connect()
        except Trouble as error:
            self.lost(str(error))
