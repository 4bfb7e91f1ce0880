"""The plant's heartbeat node, written over each connection while the loop lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from adapters.assets.opcua.address import address
from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.node_ids import Namespaces, node_ids
from adapters.assets.opcua.number_types import NumberType, fitted
from adapters.assets.opcua.seen import look
from adapters.assets.opcua.status import is_bad
from adapters.assets.opcua.trouble import status_name
from adapters.assets.opcua.writing import OF_REQUEST
from rami.integration.heartbeat import Heart

if TYPE_CHECKING:
    from adapters.assets.opcua.configuration import OpcuaHeartbeat


class Heartbeat:
    """`failure`: why the node cannot serve; `trouble`: why it was not written last."""

    def __init__(self, settings: OpcuaHeartbeat, clock: Callable[[], int]) -> None:
        self.text, self._address = settings.node, address(settings.node)
        self._settings = settings
        self.heart = Heart(settings, clock, self._awake)
        self.failure = self.trouble = ""
        self._node: Any = None
        self._kind: NumberType | None = None
        self._at: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def _awake(self) -> None:
        at = self._at
        if at is not None:
            with suppress(RuntimeError):  # the connection has just ended, and its loop
                at[0].call_soon_threadsafe(at[1].set)

    async def look(self, requests: Requests, known: Namespaces) -> None:
        """Find the node of this connection, and whether it can serve."""
        (self._node,) = await node_ids(requests, known, [self._address])
        self.failure = self._node if isinstance(self._node, str) else ""
        if self.failure:
            return
        (seen,) = await look(requests, [self._node])
        self.failure, self._kind = seen.absent or seen.form(), seen.kind
        if self.failure:
            return
        if self._kind is None:
            self.failure = "tells no type and holds no value, so nothing can be written to it"
        elif not seen.may()[1]:
            self.failure = "cannot be written by this user"
        elif self._settings.kind != "toggle" and self._kind.name == "Boolean":
            self.failure = "holds Boolean; wanted `kind: toggle`"
        elif self._settings.kind == "time" and self._kind.high < 2.0**31 - 1:
            self.failure = f"holds {self._kind.name}; a time needs 32 bits"

    async def keep(self, requests: Requests, known: Namespaces, writer: asyncio.Lock) -> None:
        """Write each period as long as the connection stands; raises what the link raises."""
        wake = asyncio.Event()
        self._at = (asyncio.get_running_loop(), wake)
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._settings.period):
                        await wake.wait()
                wake.clear()
                if not self.heart.alive:
                    continue
                if self.failure:
                    await self.look(requests, known)
                why = self.failure or await self._write(requests, writer)
                self.trouble = f"heartbeat {self.text}: {why}" if why else ""
        finally:
            self._at = None

    async def _write(self, requests: Requests, writer: asyncio.Lock) -> str:
        kind = self._kind
        assert kind is not None
        number = fitted(float(self.heart.number(kind.high)), kind)
        value = ua.Variant(number, ua.VariantType(kind.number))
        async with writer:
            try:
                (code,) = await requests.write([(self._node, value)])
            except UaStatusCodeError as error:
                name = status_name(error.code)
                if name not in OF_REQUEST:
                    raise
                return name
        return status_name(code) if is_bad(code) else ""
