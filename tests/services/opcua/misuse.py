"""A client that was let in and asks for what it should not, while somebody else is served."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from tests.services.opcua.running import SPACE, Server
from tests.services.opcua.served import client
from tests.services.opcua.wire import REFUSED

POINT = "hts.hex_hnht.P"


class Evil:
    """A client with what it needs to ask for anything."""

    def __init__(self, made: Any, index: int) -> None:
        self.made, self.index = made, index

    def id(self, name: str) -> Any:
        return ua.NodeId(name, self.index)

    async def ask(self, request: Any, response: type) -> Any:
        data = await self.made.uaclient.protocol.send_request(request, timeout=60.0)
        return struct_from_binary(response, data)

    async def history(self, details: Any, count: int = 1, point: bytes | None = None) -> list[Any]:
        request = ua.HistoryReadRequest()
        asked = request.Parameters
        asked.HistoryReadDetails, asked.ReleaseContinuationPoints = details, False
        node = self.id("hts") if isinstance(details, ua.ReadEventDetails) else self.id(POINT)
        one = ua.HistoryReadValueId(NodeId=node)
        one.ContinuationPoint = point
        asked.NodesToRead = [one] * count
        return list((await self.ask(request, ua.HistoryReadResponse)).Results)

    async def event_item(self, chosen: Any) -> str:
        params = ua.CreateSubscriptionParameters(RequestedPublishingInterval=100.0)
        made = await self.made.uaclient.create_subscription(params, lambda _: None)
        wanted = ua.CreateMonitoredItemsParameters(SubscriptionId=made.SubscriptionId)
        one = ua.MonitoredItemCreateRequest()
        one.ItemToMonitor = ua.ReadValueId(self.id("hts"), ua.AttributeIds.EventNotifier)
        one.MonitoringMode = ua.MonitoringMode.Reporting
        one.RequestedParameters.Filter = chosen
        wanted.ItemsToCreate = [one]
        try:
            (result,) = await self.made.uaclient.create_monitored_items(wanted)
        finally:
            await self.made.uaclient.delete_subscriptions([made.SubscriptionId])
        return str(result.StatusCode.name)


def misused(
    server: Server, role: str, work: Callable[[Evil], Awaitable[None]], name: str = "anna"
) -> None:
    """While `work` is done somebody else reads."""
    keys = server.keys  # type: ignore[attr-defined]

    async def whole() -> None:
        async with client(server.url, keys["bert"], "observer") as other:
            index = (await other.get_namespace_array()).index(SPACE)
            node, served = other.get_node(ua.NodeId("/Control/State", index)), 0
            async with client(server.url, keys[name], role) as made:
                task = asyncio.ensure_future(work(Evil(made, index)))
                while not task.done():
                    assert await node.read_value() == "running"
                    served += 1
                    await asyncio.sleep(0.02)
                with suppress(*REFUSED):
                    await made.disconnect()
                await task
            assert served, "somebody else was served meanwhile"

    asyncio.run(whole())
