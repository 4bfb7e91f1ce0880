"""Events read back from the journal of a run, and what becomes of those that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS, moment
from services.control.journal import EVENTS_FILE, EventJournal
from services.opcua.serving import Serving
from tests.services.opcua.attacks import until
from tests.services.opcua.event_client import (
    FIELDS,
    Watching,
    event_filter,
    literal,
    operand,
    watch,
)
from tests.services.opcua.running import START, Running, Server
from tests.services.opcua.served import PASSWORDS, Keys
from twins.site import load_site

_ID, _OPS = ua.ObjectIds, ua.FilterOperator
_NEVER = moment(START).replace(year=1601, month=1, day=1)
COUNT = 30


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path, keys: Keys
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("past")
    journal = EventJournal(folder / EVENTS_FILE)
    loop = Running(load_site(reference_site_file), journal)
    for number in range(COUNT):
        loop.now_ns = START + number * 10 * NS
        source, kind = ("iess", EventKind.AUDIT) if number % 3 == 2 else ("hts", EventKind.MODE)
        loop.site.happened(kind, source, Severity.NOTE, f"event {number}", mode="shadow")
    loop.publish()

    def prepare(serving: Serving) -> None:
        guards = serving.server.guards
        guards.trust.put(keys["anna"].certificate, "trusted")
        for role, password in PASSWORDS.items():
            guards.users.add(role, role, password)

    made = Server(
        loop, folder, prepare, journal=folder / EVENTS_FILE, limits={"logins": 1000, "queue": 100}
    )
    made.keys = keys  # type: ignore[attr-defined]
    yield made
    made.close()
    loop.end()
    journal.close()


def details(start: int | None, end: int | None, count: int = 0, filtered: Any = None) -> Any:
    times = [_NEVER if s is None else moment(START + s * NS) for s in (start, end)]
    return ua.ReadEventDetails(count, *times, filtered or event_filter())


class Reading:
    """Reads events of a notifier; `texts` of what came last."""

    def __init__(self, here: Watching) -> None:
        self.here = here

    async def __call__(self, node: Any, asked: Any, point: bytes | None = None) -> Any:
        wanted = ua.HistoryReadParameters()
        wanted.HistoryReadDetails, wanted.ReleaseContinuationPoints = asked, False
        one = ua.HistoryReadValueId(NodeId=node.nodeid)
        one.ContinuationPoint = point
        wanted.NodesToRead = [one]
        (result,) = await self.here.made.uaclient.history_read(wanted)
        return result

    async def texts(self, node: Any, asked: Any) -> list[int]:
        found, point = [], None
        while True:
            result = await self(node, asked, point)
            assert result.StatusCode.is_good(), result.StatusCode.name
            found += [number(e) for e in result.HistoryData.Events]
            point = result.ContinuationPoint
            if not point:
                return found


def told(event: Any) -> dict[str, Any]:
    fields = zip(("condition", *FIELDS), event.EventFields, strict=True)
    return {name: variant.Value for name, variant in fields}


def number(event: Any) -> int:
    return int(told(event)["Message"].Text.removeprefix("event "))


def test_by_time_place_and_role(server: Server) -> None:
    mine = [n for n in range(COUNT) if n % 3 != 2]

    async def observer(here: Watching) -> None:
        read, root, hts = Reading(here), here.made.nodes.server, here.at("hts")
        assert await read.texts(hts, details(0, 1000)) == mine
        assert await read.texts(root, details(0, 1000)) == mine, "audit is for admins"
        assert await read.texts(hts, details(30, 60)) == [3, 4]
        # the beginning belongs to it in both directions, the end does not
        assert await read.texts(hts, details(60, 30)) == [6, 4]
        assert await read.texts(hts, details(0, 1000, 4)) == mine
        assert await read.texts(hts, details(1000, -1, 4)) == mine[::-1]
        (first,) = (await read(hts, details(100, None, 1))).HistoryData.Events
        assert number(first) == 10
        assert await read.texts(hts, details(100, None, 3)) == [10, 12, 13]
        assert await read.texts(hts, details(None, 100, 3)) == [10, 9, 7]
        assert (await read(hts, details(5000, 6000))).StatusCode.name == "GoodNoData"
        event = told(first)
        assert (event["Path"], event["Mode"], event["Number"]) == ("hts", 1, 11)
        assert event["SourceNode"] == hts.nodeid

    async def admin(here: Watching) -> None:
        read = Reading(here)
        assert await read.texts(here.made.nodes.server, details(0, 1000)) == list(range(COUNT))
        assert await read.texts(here.at("iess"), details(0, 100)) == [2, 5, 8]

    watch(server, "observer", observer)
    watch(server, "admin", admin)


def test_filters_choose_and_wrong_ones_are_told(server: Server) -> None:
    chosen = event_filter((_OPS.Like, [operand("Message"), literal("event 1[0-3]")]))
    wrong = event_filter((_OPS.Not, [ua.ElementOperand(0)]))

    async def work(here: Watching) -> None:
        read, hts = Reading(here), here.at("hts")
        assert await read.texts(hts, details(0, 1000, filtered=chosen)) == [10, 12, 13]
        for node, asked, code in (
            (hts, details(0, 10, filtered=wrong), "BadEventFilterInvalid"),
            (hts, details(0, None), "BadHistoryOperationInvalid"),
            (here.at("hts.hp"), details(0, 10), "BadHistoryOperationUnsupported"),
            (here.at("hts.nothing"), details(0, 10), "BadNodeIdUnknown"),
        ):
            assert (await read(node, asked)).StatusCode.name == code
        part = await read(hts, details(0, 1000, 4))
        other = await read(here.at("iess"), details(0, 1000, 4), part.ContinuationPoint)
        assert other.StatusCode.name == "BadContinuationPointInvalid"
        notifier = await hts.read_attribute(ua.AttributeIds.EventNotifier)
        assert notifier.Value.Value == 5

    watch(server, "observer", work)


def test_live_and_past_have_one_id(server: Server) -> None:
    async def work(here: Watching) -> None:
        await here.subscribe(here.at("hts"))
        server.loop.now_ns = START + 2000 * NS
        server.loop.site.happened(EventKind.MODEL, "hts", Severity.NOTE, "event 99")
        assert await until(lambda: bool(here.told.events))
        (event,) = (await Reading(here)(here.at("hts"), details(2000, 2001))).HistoryData.Events
        assert told(event)["EventId"] == here.told.events[0]["EventId"]

    watch(server, "observer", work)


def test_what_is_told_anew_after_a_resume_has_the_id_it_had(server: Server) -> None:
    site, server.loop.now_ns = server.loop.site, START + 3000 * NS

    async def work(here: Watching) -> None:
        saved, ids = site.save(), []
        for _ in range(2):
            site.restore(saved)
            for n in range(3):
                site.happened(EventKind.MODEL, "hts", Severity.NOTE, f"event {n}")
            found = await Reading(here)(here.at("hts"), details(3000, 3001))
            ids.append([told(event)["EventId"] for event in found.HistoryData.Events])
        assert ids[0] == ids[1] and len(set(ids[0])) == 3

    watch(server, "observer", work)


@pytest.mark.parametrize("oldest", [True, False])
def test_a_full_queue_says_that_events_are_lost(server: Server, oldest: bool) -> None:
    async def work(here: Watching) -> None:
        await here.subscription.set_publishing_mode(False)
        wanted = ua.CreateMonitoredItemsParameters()
        wanted.SubscriptionId = here.subscription.subscription_id
        one = ua.MonitoredItemCreateRequest()
        one.ItemToMonitor = ua.ReadValueId(here.at("hts").nodeid, ua.AttributeIds.EventNotifier)
        one.MonitoringMode = ua.MonitoringMode.Reporting
        asked = one.RequestedParameters
        asked.Filter, asked.QueueSize, asked.DiscardOldest = event_filter(), 100, oldest
        asked.ClientHandle = 77
        wanted.ItemsToCreate = [one]
        (made,) = await here.made.uaclient.create_monitored_items(wanted)
        assert made.RevisedQueueSize == 100
        data = here.subscription._monitored_items
        data[77] = type("Data", (), {"attribute": ua.AttributeIds.EventNotifier})()
        for n in range(120):
            server.loop.site.happened(EventKind.MODEL, "hts", Severity.NOTE, f"event {n}")
        item = server.serving.server.inner.subscription_service.subscriptions[
            here.subscription.subscription_id
        ].items[made.MonitoredItemId]
        # they may come in several parts
        last, notifier = server.loop.site.last_event, server.serving._notifier
        assert await until(lambda: notifier._last == last)
        assert item._lost and len(item.queue) == 100
        into: list[bytes] = []
        item.pop(1000, into)
        decoded = [ua.ua_binary.struct_from_binary(ua.EventFieldList, _buffer(b)) for b in into]
        kinds = [told(e)["EventType"].Identifier for e in decoded]
        place = 0 if oldest else 100
        assert kinds.index(_ID.EventQueueOverflowEventType) == place and len(kinds) == 101
        del decoded[place]
        assert [number(e) for e in decoded] == list(range(20, 120) if oldest else range(100))
        item.pop(1000, into)
        assert len(into) == 101, "told once"

    watch(server, "observer", work)


def _buffer(data: bytes) -> Any:
    from asyncua.common.utils import Buffer

    return Buffer(data)
