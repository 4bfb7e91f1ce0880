"""Connections that mean harm, each in its own way; none of them waits for an answer it must get."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from asyncua import Client, ua
from asyncua.ua.ua_binary import nodeid_to_binary, struct_to_binary

from tests.services.opcua import attacks
from tests.services.opcua.attacks import REFUSED, Target, channel, hello
from tests.services.opcua.served import SOON, client

Way = Callable[[Target, random.Random], Awaitable[None]]


@asynccontextmanager
async def _opened(target: Target) -> AsyncIterator[tuple[Any, Any]]:
    reader, writer = await asyncio.wait_for(asyncio.open_connection(*target.host), SOON)
    try:
        yield reader, writer
        await asyncio.wait_for(writer.drain(), SOON)
    finally:
        writer.close()


async def garbage(target: Target, draw: random.Random) -> None:
    """Bytes of no protocol."""
    async with _opened(target) as (_, writer):
        writer.write(draw.randbytes(draw.randrange(1, 5000)))


async def lying_header(target: Target, draw: random.Random) -> None:
    """A frame that is larger, or smaller, than it can be."""
    async with _opened(target) as (_, writer):
        kind = draw.choice([b"HELF", b"OPNF", b"MSGC", b"CLOF", b"ERRF"])
        size = draw.choice([0, 7, 2**31, 2**32 - 1])
        writer.write(kind + struct.pack("<I", size) + bytes(999))


async def half_open(target: Target, draw: random.Random) -> None:
    """A greeting, and then nothing."""
    async with _opened(target) as (reader, writer):
        await hello(reader, writer)
        await asyncio.sleep(draw.random() * 0.2)


async def endless(target: Target, draw: random.Random) -> None:
    """Chunks without end, before a login."""
    with suppress(*REFUSED):
        await attacks.endless_chunks(target)


async def mutated(target: Target, draw: random.Random) -> None:
    """A request of discovery with some bytes changed, before a login."""
    kind = ua.NodeId(ua.ObjectIds.GetEndpointsRequest_Encoding_DefaultBinary)
    request = ua.GetEndpointsParameters("opc.tcp://x", ["en", "de"], ["a", "b"])
    message = bytearray(
        nodeid_to_binary(kind) + struct_to_binary(ua.RequestHeader()) + struct_to_binary(request)
    )
    for _ in range(draw.randrange(1, 12)):
        message[draw.randrange(len(message))] = draw.choice([0, 1, 127, 128, 254, 255])
    async with _opened(target) as (reader, writer):
        await hello(reader, writer)
        number, token = await channel(reader, writer)
        head = struct.pack("<IIII", number, token, 2, 9)
        writer.write(b"MSGF" + struct.pack("<I", len(message) + 24) + head + bytes(message))
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(reader.read(1000), 0.2)


async def bad_certificate(target: Target, draw: random.Random) -> None:
    """Nobody's certificate, or one that has expired."""
    pair = target.keys[draw.choice(["stranger", "late"])]
    with suppress(*REFUSED):
        async with client(target.url, pair, "observer"):
            pass


async def replayed(target: Target, draw: random.Random) -> None:
    """A token of somebody else's session."""
    made = Client(target.url, timeout=SOON)
    with suppress(*REFUSED):
        await made.connect_socket()
        await made.send_hello()
        await made.open_secure_channel()
        made.uaclient.protocol.authentication_token = ua.NodeId(
            draw.randbytes(32), 0, ua.NodeIdType.ByteString
        )
        await made.get_namespace_array()
    await attacks.hang_up(made)


WAYS: tuple[Way, ...] = (
    garbage,
    lying_header,
    half_open,
    endless,
    mutated,
    bad_certificate,
    replayed,
)


async def mutate_inside(made: Any, draw: random.Random, count: int) -> int:
    """Requests of a session with some bytes changed; how many were answered."""
    protocol, answered = made.uaclient.protocol, 0
    requests = [
        ua.ReadRequest(),
        ua.WriteRequest(),
        ua.BrowseRequest(),
        ua.CreateSubscriptionRequest(),
        ua.CreateMonitoredItemsRequest(),
        ua.CallRequest(),
        ua.PublishRequest(),
        ua.TransferSubscriptionsRequest(),
        ua.DeleteSubscriptionsRequest(),
        ua.TranslateBrowsePathsToNodeIdsRequest(),
    ]
    value = ua.ReadValueId(NodeId=ua.NodeId(2258), AttributeId=ua.AttributeIds.Value)
    requests[0].Parameters.NodesToRead = [value] * 3
    written = ua.WriteValue(ua.NodeId(2258), ua.AttributeIds.Value)
    written.Value = ua.DataValue(ua.Variant([1.0, 2.0], ua.VariantType.Double))
    requests[1].Parameters.NodesToWrite = [written]
    requests[7].Parameters.SubscriptionIds = [1, 2, 3]
    requests[8].Parameters.SubscriptionIds = [1, 2, 3]
    for _ in range(count):
        if protocol.transport is None:
            raise ConnectionResetError
        request = draw.choice(requests)
        request.RequestHeader = ua.RequestHeader(
            AuthenticationToken=protocol.authentication_token, TimeoutHint=1000
        )
        # what stands behind the token: the session itself stays named
        content = bytearray(struct_to_binary(request))
        start = 4 + len(nodeid_to_binary(protocol.authentication_token)) + 12
        for _ in range(draw.randrange(1, 8)):
            content[draw.randrange(start, len(content))] = draw.choice([0, 1, 127, 128, 255])
        protocol._request_id += 1
        future = asyncio.get_running_loop().create_future()
        protocol._callbackmap[protocol._request_id] = future
        data = protocol._connection.message_to_binary(
            bytes(content),
            message_type=ua.MessageType.SecureMessage,
            request_id=protocol._request_id,
        )
        protocol.transport.write(data)
        with suppress(asyncio.TimeoutError, ua.UaError):
            await asyncio.wait_for(future, 0.1)
            answered += 1
    return answered
