"""Who gets a connection at all: limits that hold before anybody has logged in."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from rami.communication.opcua_settings import OpcuaLimits
from services.opcua.security.tries import Budget


@dataclass(eq=False)
class Guest:
    """A connection; `drop` cuts it."""

    address: str
    drop: Callable[[str], None]
    logged_in: bool = field(default=False, init=False)


class Gate:
    """Counts connections. One that has not logged in makes room for newer ones, so that nobody
    keeps others out by holding connections open."""

    def __init__(self, limits: OpcuaLimits) -> None:
        self._limits = limits
        self._by_address: Counter[str] = Counter()
        self._half_open: OrderedDict[Guest, None] = OrderedDict()
        self._rate = Budget(limits.connections_per_second, limits.connections_at_once)
        self.failed = Budget(limits.logins / 60.0, limits.logins)
        #: public-key work goes one by one, so that a crowd at the door delays nobody inside
        self.asymmetric = asyncio.Lock()
        self.open = 0
        self.refused = 0

    def enter(self, guest: Guest) -> bool:
        """Whether the connection may stay."""
        limits = self._limits
        refused = not self._rate.take(guest.address) or (
            self._by_address[guest.address] >= limits.connections_per_address
            and not self._make_room(guest.address)
        )
        if refused or (self.open >= limits.connections and not self._make_room(None)):
            self.refused += 1
            return False
        if len(self._half_open) >= limits.half_open:
            self._make_room(None)
        self.open += 1
        self._by_address[guest.address] += 1
        self._half_open[guest] = None
        return True

    def logged_in(self, guest: Guest) -> None:
        """It is no longer half open."""
        guest.logged_in = True
        self._half_open.pop(guest, None)

    def leave(self, guest: Guest) -> None:
        """A connection that was let in has ended."""
        self._half_open.pop(guest, None)
        self.open -= 1
        self._by_address[guest.address] -= 1
        if not self._by_address[guest.address]:
            del self._by_address[guest.address]

    def _make_room(self, address: str | None) -> bool:
        for guest in self._half_open:
            if address is None or guest.address == address:
                del self._half_open[guest]
                guest.drop("room for others")
                return True
        return False
