"""Messages on the wire one by one, for attackers and for tests that look closely."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from asyncua import Client, ua
from asyncua.ua.ua_binary import struct_to_binary, uatcp_to_binary

SOON = 20.0
#: what a server that holds its ground makes a client raise
REFUSED = (ua.UaError, OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, struct.error)


class Heard:
    """What a subscriber gets."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        self.values.append(value)


async def hello(reader: Any, writer: Any) -> None:
    """The first two messages."""
    message = ua.Hello(0, 65535, 65535, 0, 0, "opc.tcp://x")
    writer.write(uatcp_to_binary(ua.MessageType.Hello, message))
    await frame(reader)


async def channel(reader: Any, writer: Any) -> tuple[int, int]:
    """A channel without security: its number and token."""
    request = ua.OpenSecureChannelRequest()
    request.Parameters.RequestType = ua.SecurityTokenRequestType.Issue
    request.Parameters.SecurityMode = ua.MessageSecurityMode.None_
    request.Parameters.RequestedLifetime = 60_000
    content = struct_to_binary(ua.AsymmetricAlgorithmHeader()) + struct.pack("<II", 1, 1)
    content += struct_to_binary(request)
    writer.write(b"OPNF" + struct.pack("<II", len(content) + 12, 0) + content)
    answer = await frame(reader)
    (number,) = struct.unpack_from("<I", answer, 8)
    found = ua.ua_binary.struct_from_binary
    data = ua.utils.Buffer(answer[12:])
    found(ua.AsymmetricAlgorithmHeader, data)
    data.skip(8)
    response = found(ua.OpenSecureChannelResponse, data)
    return number, response.Parameters.SecurityToken.TokenId


async def frame(reader: Any) -> bytes:
    head = await asyncio.wait_for(reader.readexactly(8), SOON)
    size = struct.unpack_from("<I", head, 4)[0]
    return bytes(head + await asyncio.wait_for(reader.readexactly(size - 8), SOON))


async def closed(reader: Any) -> bool:
    """Whether the server has hung up, or does so within a moment."""
    try:
        while await asyncio.wait_for(reader.read(1 << 16), 1.0):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


async def until(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold soon."""
    for _ in range(500):
        if holds():
            return True
        await asyncio.sleep(0.02)
    return False


async def hang_up(made: Client) -> None:
    with suppress(*REFUSED):
        made.disconnect_socket()
        await asyncio.sleep(0)
