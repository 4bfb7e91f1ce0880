"""Subscriptions as a client meets them: what it asks for is what it gets."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from asyncua import Client, ua
from asyncua.ua.ua_binary import struct_from_binary

from tests.services.opcua.served import PASSWORDS, Served, client, node, spaces
from tests.services.opcua.wire import REFUSED, SOON, Heard, until


class Raw:
    """A subscription without a client's own machinery: requests and answers one by one."""

    def __init__(self, made: Any) -> None:
        self.made = made
        self.number = 0

    async def _ask(self, request: Any, answer: Any) -> Any:
        return struct_from_binary(answer, await self.made.uaclient.protocol.send_request(request))

    async def create(self, **wanted: Any) -> Any:
        request = ua.CreateSubscriptionRequest()
        request.Parameters = ua.CreateSubscriptionParameters(
            **{
                "RequestedPublishingInterval": 50.0,
                "RequestedLifetimeCount": 1000,
                "RequestedMaxKeepAliveCount": 50,
                "PublishingEnabled": True,
                **wanted,
            }
        )
        made = (await self._ask(request, ua.CreateSubscriptionResponse)).Parameters
        self.number = made.SubscriptionId
        return made

    async def monitor(self, *names: str, **wanted: Any) -> list[Any]:
        items = []
        for k, name in enumerate(names):
            one = ua.MonitoredItemCreateRequest(MonitoringMode=ua.MonitoringMode.Reporting)
            one.ItemToMonitor.NodeId = node(self.made, name).nodeid
            one.ItemToMonitor.AttributeId = ua.AttributeIds.Value
            one.RequestedParameters = ua.MonitoringParameters(
                **{"ClientHandle": k, "QueueSize": 10, "SamplingInterval": 0.0, **wanted}
            )
            items.append(one)
        parameters = ua.CreateMonitoredItemsParameters(
            self.number, ua.TimestampsToReturn.Both, items
        )
        return list(await self.made.uaclient.create_monitored_items(parameters))

    async def publish(self, *acks: int) -> Any:
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements = [
            ua.SubscriptionAcknowledgement(self.number, a) for a in acks
        ]
        return (await self._ask(request, ua.PublishResponse)).Parameters

    async def values(self, *acks: int) -> tuple[Any, list[tuple[int, float]]]:
        """The next notification with values."""
        while True:
            told = await self.publish(*acks)
            acks = ()
            for part in told.NotificationMessage.NotificationData or ():
                items = [(i.ClientHandle, i.Value.Value.Value) for i in part.MonitoredItems]
                return told, items


def run(served: Served, work: Any, user: str = "observer") -> Any:
    async def connected() -> Any:
        async with client(served.url, served.keys["anna"], user) as made:
            await spaces(made)
            return await work(made, Raw(made))

    return asyncio.run(connected())


def test_values_come_with_a_plain_client(served: Served) -> None:
    async def work(made: Any, raw: Raw) -> Any:
        heard = Heard()
        subscription = await made.create_subscription(50, heard)
        await subscription.subscribe_data_change([node(made, "v1"), node(made, "v2")])
        assert await until(lambda: len(heard.values) == 2)
        await asyncio.to_thread(served.set, {1: 77.0, 5: 3.0})
        assert await until(lambda: len(heard.values) == 3)
        await subscription.delete()
        return heard.values

    assert run(served, work)[2] == 77.0


def test_at_most_so_many_in_a_message(served: Served) -> None:
    async def work(made: Any, raw: Raw) -> Any:
        await raw.create(MaxNotificationsPerPublish=3)
        await raw.monitor(*(f"v{k}" for k in range(8)))
        parts, more = [], []
        for _ in range(3):
            told, items = await raw.values()
            parts.append(len(items))
            more.append(told.MoreNotifications)
        return parts, more

    assert run(served, work) == ([3, 3, 2], [True, True, False])


def test_what_was_not_acknowledged_is_sent_again(served: Served) -> None:
    async def work(made: Any, raw: Raw) -> None:
        await raw.create()
        await raw.monitor("v3")
        told, items = await raw.values()
        number = told.NotificationMessage.SequenceNumber
        request = ua.RepublishRequest()
        request.Parameters = ua.RepublishParameters(raw.number, number)
        again = await raw._ask(request, ua.RepublishResponse)
        (part,) = again.NotificationMessage.NotificationData
        assert [(i.ClientHandle, i.Value.Value.Value) for i in part.MonitoredItems] == items
        await asyncio.to_thread(served.set, {3: served.now[3] + 1})
        later = await raw.publish(number, 999)
        assert [r.value for r in later.Results] == [0, ua.StatusCodes.BadSequenceNumberUnknown]
        with pytest.raises(ua.UaStatusCodeError, match="BadMessageNotAvailable"):
            await raw._ask(request, ua.RepublishResponse)

    run(served, work)


def test_queues_hold_what_comes_between(served: Served) -> None:
    async def work(made: Any, raw: Raw) -> Any:
        await raw.create(RequestedPublishingInterval=300.0)
        await raw.monitor("v4")
        first = await raw.values()
        for k in range(3):
            await asyncio.to_thread(served.set, {4: 100.0 + k})
        return first[1], (await raw.values())[1]

    first, later = run(served, work)
    assert len(first) == 1
    assert later == [(0, 100.0), (0, 101.0), (0, 102.0)]


@pytest.mark.parametrize(("kind", "width"), [(1, 10.0), (2, 5.0)])
def test_deadbands(served: Served, kind: int, width: float) -> None:
    """Absolute, and in percent of EURange, which is 200 wide."""

    async def work(made: Any, raw: Raw) -> Any:
        await asyncio.to_thread(served.set, {6: 0.0})
        await raw.create()
        deadband = ua.DataChangeFilter(ua.DataChangeTrigger.StatusValue, kind, width)
        await raw.monitor("v6", Filter=deadband)
        await raw.values()
        for value in (9.0, 11.0):
            await asyncio.to_thread(served.set, {6: value})
        return (await raw.values())[1]

    assert run(served, work) == [(0, 11.0)]


def test_filters_that_make_no_sense(served: Served) -> None:
    async def work(made: Any, raw: Raw) -> Any:
        await raw.create()
        codes = []
        for wanted in (
            ua.DataChangeFilter(ua.DataChangeTrigger.StatusValue, 2, 150.0),
            ua.DataChangeFilter(ua.DataChangeTrigger.StatusValue, 1, float("nan")),
            ua.EventFilter(),
        ):
            (result,) = await raw.monitor("v6", Filter=wanted)
            codes.append(result.StatusCode.name)
        return codes

    bad = "BadDeadbandFilterInvalid"
    assert run(served, work) == [bad, bad, "BadMonitoredItemFilterUnsupported"]


def test_what_is_asked_for_is_revised(served: Served) -> None:
    async def work(made: Any, raw: Raw) -> None:
        told = await raw.create(
            RequestedPublishingInterval=0.001,
            RequestedMaxKeepAliveCount=7,
            RequestedLifetimeCount=1,
        )
        assert (told.RevisedPublishingInterval, told.RevisedLifetimeCount) == (50.0, 21)
        (result,) = await raw.monitor("v7", SamplingInterval=1.0, QueueSize=2**31)
        assert (result.RevisedSamplingInterval, result.RevisedQueueSize) == (10.0, 1000)
        request = ua.ModifySubscriptionRequest()
        request.Parameters = ua.ModifySubscriptionParameters(raw.number, 500.0, 100, 10, 5)
        changed = await raw._ask(request, ua.ModifySubscriptionResponse)
        assert changed.Parameters.RevisedPublishingInterval == 500.0
        with pytest.raises(ua.UaStatusCodeError, match="BadTooManyOperations"):
            await raw.monitor(*["v7"] * 1001)

    run(served, work)


def test_somebody_goes_on_with_what_is_his(served: Served) -> None:
    """A subscription moves to another session of the same person and application."""

    async def work(made: Any, raw: Raw) -> Any:
        await raw.create()
        await raw.monitor("v8")
        await raw.values()
        async with client(served.url, served.keys["anna"], "observer") as later:
            await spaces(later)
            other = Raw(later)
            other.number = raw.number
            request = ua.TransferSubscriptionsRequest()
            request.Parameters.SubscriptionIds = [raw.number]
            request.Parameters.SendInitialValues = True
            told = await other._ask(request, ua.TransferSubscriptionsResponse)
            assert told.Parameters.Results[0].StatusCode.is_good()
            return (await other.values())[1]

    assert run(served, work) == [(0, served.now[8])]


def test_limits_of_a_session(served: Served) -> None:
    async def work(made: Any, raw: Raw) -> None:
        for _ in range(20):
            await raw.create()
        with pytest.raises(ua.UaStatusCodeError, match="BadTooManySubscriptions"):
            await raw.create()
        with pytest.raises(ua.UaStatusCodeError, match="BadTooManyOperations"):
            await made.uaclient.read_attributes(
                [node(made, "v1").nodeid] * 1001, ua.AttributeIds.Value
            )

    run(served, work)
    assert served.server.state["subscriptions"] == 0


def test_what_came_while_the_line_was_cut_is_not_lost(served: Served) -> None:
    """A session outlives its connection; what was not told waits for the next one."""

    async def work(made: Any, raw: Raw) -> Any:
        await raw.create()
        await raw.monitor("v9", QueueSize=10)
        await raw.values()
        waiting = asyncio.create_task(raw.publish())
        await asyncio.sleep(0.1)
        made.uaclient.protocol.transport.abort()
        waiting.cancel()
        for value in (1.5, 2.5):
            await asyncio.to_thread(served.set, {9: value})
        async with client(served.url, served.keys["anna"], "observer") as later:
            await spaces(later)
            other = Raw(later)
            other.number = raw.number
            request = ua.TransferSubscriptionsRequest()
            request.Parameters.SubscriptionIds = [raw.number]
            told = await other._ask(request, ua.TransferSubscriptionsResponse)
            assert told.Parameters.Results[0].StatusCode.is_good()
            return (await other.values())[1]

    async def connected() -> Any:
        made = Client(served.url, timeout=SOON)
        pair = served.keys["anna"]
        made.application_uri = "urn:client:anna"
        await made.set_security_string(f"Basic256Sha256,SignAndEncrypt,{pair.file},{pair.key_file}")
        made.set_user("observer")
        made.set_password(PASSWORDS["observer"])
        await made.connect()
        await spaces(made)
        try:
            return await work(made, Raw(made))
        finally:
            with suppress(*REFUSED):
                await made.disconnect()

    assert asyncio.run(connected()) == [(0, 1.5), (0, 2.5)]
