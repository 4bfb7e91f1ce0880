"""A client that counts the values it is sent and decodes no more of them than it must."""

from __future__ import annotations

import asyncio
import struct
import time
from typing import Any

from asyncua import Client, ua

_OUTSTANDING = 5


class Subscriber:
    """Subscribes to `items` numbers; `count` are the values that came."""

    def __init__(self, url: str, items: int, interval_ms: float, sampling_ms: float) -> None:
        self._client = Client(url, timeout=60)
        self._items, self._interval, self._sampling = items, interval_ms, sampling_ms
        self.count = 0
        self._acks: list[Any] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Connect and subscribe."""
        client = self._client
        client.session_timeout = 60_000
        await client.connect()
        index = (await client.get_namespace_array()).index("urn:bench")
        wanted = ua.CreateSubscriptionRequest()
        told = wanted.Parameters
        told.RequestedPublishingInterval, told.PublishingEnabled = self._interval, True
        told.RequestedLifetimeCount, told.RequestedMaxKeepAliveCount = 1000, 50
        data = await client.uaclient.protocol.send_request(wanted)
        made = ua.ua_binary.struct_from_binary(ua.CreateSubscriptionResponse, data).Parameters
        for start in range(0, self._items, 500):
            part = range(start, min(start + 500, self._items))
            items = ua.CreateMonitoredItemsParameters(SubscriptionId=made.SubscriptionId)
            items.TimestampsToReturn = ua.TimestampsToReturn.Both
            items.ItemsToCreate = [self._item(index, k) for k in part]
            results = await client.uaclient.create_monitored_items(items)
            assert all(r.StatusCode.is_good() for r in results)
        self._tasks = [asyncio.create_task(self._listen()) for _ in range(_OUTSTANDING)]

    def _item(self, index: int, k: int) -> Any:
        one = ua.MonitoredItemCreateRequest(MonitoringMode=ua.MonitoringMode.Reporting)
        one.ItemToMonitor.NodeId = ua.NodeId(f"P{k}", index)
        one.ItemToMonitor.AttributeId = ua.AttributeIds.Value
        one.RequestedParameters.SamplingInterval = self._sampling
        one.RequestedParameters.QueueSize, one.RequestedParameters.ClientHandle = 10, k
        return one

    async def _listen(self) -> None:
        while True:
            wanted = ua.PublishRequest()
            wanted.Parameters.SubscriptionAcknowledgements, self._acks = self._acks, []
            try:
                data = await self._client.uaclient.protocol.send_request(wanted, 60)
            except TimeoutError:
                continue
            number, sequence, count = _read(bytes(data))
            self.count += count
            if count:
                self._acks.append(ua.SubscriptionAcknowledgement(number, sequence))

    async def close(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await self._client.disconnect()


def _read(data: bytes) -> tuple[int, int, int]:
    """Subscription, sequence number and count of values of a PublishResponse."""
    # type id, then timestamp, handle, result, diagnostics; strings, further header
    at = 4 + 8 + 4 + 4 + 1
    (strings,) = struct.unpack_from("<i", data, at)
    assert strings <= 0
    at += 4 + 3
    number, available = struct.unpack_from("<Ii", data, at)
    at += 8 + 4 * max(available, 0) + 1
    sequence, _, parts = struct.unpack_from("<IQi", data, at)
    if parts <= 0:
        return number, sequence, 0
    # nodes of four bytes: DataChangeNotification; encoding, length, count
    return number, sequence, struct.unpack_from("<i", data, at + 16 + 4 + 1 + 4)[0]


async def counted(subscribers: list[Subscriber], seconds: float) -> tuple[int, float]:
    """Values that come to all in so many seconds, and the seconds it really was."""
    before, start = sum(s.count for s in subscribers), time.monotonic()
    await asyncio.sleep(seconds)
    return sum(s.count for s in subscribers) - before, time.monotonic() - start
