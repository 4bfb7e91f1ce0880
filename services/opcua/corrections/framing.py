"""Hole: bytes are taken from anybody, without end.

A chunk declared as 4 GB is buffered and copied at each arrival before any login (and slows other
clients from 0.01 to 1-2 s); connections are held open for nothing; a garbled message is logged
and the next one read; a client that sends without pause keeps all others waiting; one that never
reads lets answers pile up.

Here a frame's type and size are looked at when eight bytes are there, the gate decides who stays,
reading pauses while messages wait, and one message is served at a time in turn with other clients.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.server.binary_server_asyncio import BinaryServer, OPCUAProtocol
from asyncua.ua.ua_binary import header_from_binary, uatcp_to_binary

from services.opcua.corrections.garbled import GARBLED
from services.opcua.corrections.sessions import Services
from services.opcua.corrections.written_for import Correction
from services.opcua.security.gate import Guest

CORRECTION = Correction(
    "bytes are taken from anybody, without end",
    security=True,
    parts={
        "server.binary_server_asyncio:OPCUAProtocol": "c53ceaff87b702d0",
        "server.binary_server_asyncio:BinaryServer": "998ec653654793b7",
        "ua.ua_binary:header_from_binary": "9bb83ece3c2fec22",
    },
)
_logger = logging.getLogger(__name__)
_SMALLEST, _LARGEST_HELLO = 8, 4096 + 64
_TYPES = {b"HEL": b"F", b"OPN": b"F", b"CLO": b"F", b"MSG": b"FCA"}
#: bytes of messages that wait before reading pauses
_WAITING = 1 << 18


class Listener(BinaryServer):  # type: ignore[misc]
    """asyncua's, with our connections."""

    def _make_protocol(self) -> Connection:
        return Connection(
            self.iserver, self._policies, self.clients, self.closing_tasks, self.limits
        )


class Connection(OPCUAProtocol):  # type: ignore[misc]
    """One client's bytes."""

    def connection_made(self, transport: Any) -> None:
        """As in asyncio.Protocol."""
        self.peer_name = transport.get_extra_info("peername")
        self._guest = Guest(str((self.peer_name or ("",))[0]), self._drop)
        self._inside = False
        if not self.iserver.guards.gate.enter(self._guest):
            transport.abort()
            return
        self._inside, self.transport = True, transport
        self._received, self._waiting, self._paused = bytearray(), 0, False
        self.processor = Services(self.iserver, transport, self.limits, self._guest)
        self.processor.set_policies(self.policies)
        self.iserver.asyncio_transports.append(transport)
        self.clients.append(self)
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._process_received_message_loop())
        handshake = self.iserver.guards.settings.limits.handshake
        self._late = loop.call_later(handshake, self._too_late)

    def connection_lost(self, ex: BaseException | None) -> None:
        """As in asyncio.Protocol."""
        if not self._inside:
            return
        self._inside = False
        self._late.cancel()
        self.iserver.guards.gate.leave(self._guest)
        self._received.clear()
        super().connection_lost(ex)

    def data_received(self, data: bytes) -> None:
        """As in asyncio.Protocol."""
        received = self._received
        received += data
        while len(received) >= _SMALLEST:
            kind, chunk = bytes(received[:3]), received[3:4]
            size = int.from_bytes(received[4:8], "little")
            most = _LARGEST_HELLO if kind == b"HEL" else self.limits.max_recv_buffer
            if chunk not in _TYPES.get(kind, b"") or not _SMALLEST < size <= most:
                self._refuse(ua.StatusCodes.BadTcpMessageTooLarge, "no message of OPC UA")
                return
            if len(received) < size:
                return
            frame = Buffer(bytes(received[:size]))
            del received[:size]
            self._waiting += size
            try:
                self.messages.put_nowait((header_from_binary(frame), frame))
            except (asyncio.QueueFull, *GARBLED):
                self._drop("too many messages at once")
                return
        if self._waiting > _WAITING and not self._paused:
            self._paused = True
            self.transport.pause_reading()

    async def _process_received_message_loop(self) -> None:
        try:
            while True:
                header, frame = await self.messages.get()
                if header is None or not await self._process_one_msg(header, frame):
                    return
                self._waiting -= header.packet_size
                if self._paused and self._waiting <= _WAITING // 2:
                    self._paused = False
                    self.transport.resume_reading()
                # in turn with all others
                await asyncio.sleep(0)
        finally:
            self.transport.close()

    def _too_late(self) -> None:
        if not self._guest.logged_in:
            self._drop("no login in time")

    def _refuse(self, code: int, why: str) -> None:
        error = ua.ErrorMessage(ua.StatusCode(code), why)
        self.transport.write(uatcp_to_binary(ua.MessageType.Error, error))
        self._drop(why, abort=False)

    def _drop(self, why: str, abort: bool = True) -> None:
        _logger.debug("%s: %s", self.peer_name, why)
        self._received.clear()
        if abort:
            self.transport.abort()
        else:
            self.transport.close()
