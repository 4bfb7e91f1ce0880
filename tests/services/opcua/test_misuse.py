"""Those who are let in and mean harm: events, history, methods, and services that nobody needs.

Meanwhile somebody else is served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

from rami.core.event import EventKind, Severity
from rami.core.timegrid import NS, moment
from tests.services.opcua.event_client import event_filter, literal, operand
from tests.services.opcua.misuse import Evil, misused, watched
from tests.services.opcua.running import START, Server
from tests.services.opcua.served import Keys, client
from tests.services.opcua.wire import REFUSED

#: what others wait for at most, s
STEP = 0.2
_ID, _OPS = ua.ObjectIds, ua.FilterOperator


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path, keys: Keys
) -> Iterator[Server]:
    with watched(tmp_path_factory.mktemp("misuse"), keys, reference_site_file) as made:
        yield made


def raw(start: int, end: int, count: int = 0) -> Any:
    times = moment(START + start * NS), moment(START + end * NS)
    return ua.ReadRawModifiedDetails(False, *times, count, False)


EARLIEST, LATEST = moment(0).replace(year=1602), moment(0).replace(year=9999)


@pytest.mark.soak
def test_ranges_from_the_beginning_of_time(server: Server) -> None:
    async def work(evil: Evil) -> None:
        for start, end in ((EARLIEST, LATEST), (LATEST, EARLIEST)):
            whole = ua.ReadRawModifiedDetails(False, start, end, 0, True)
            (found,) = await evil.history(whole)
            assert found.StatusCode.is_good() and found.ContinuationPoint
            average = ua.NodeId(_ID.AggregateFunction_Average)
            for step in (1.0, 1e9):
                (found,) = await evil.history(ua.ReadProcessedDetails(start, end, step, [average]))
                assert found.StatusCode.is_good(), found.StatusCode.name
            events = ua.ReadEventDetails(0, start, end, event_filter())
            (found,) = await evil.history(events)
            assert len(found.HistoryData.Events) == 1000 and found.ContinuationPoint
        instants = [EARLIEST, LATEST] * 500
        (found,) = await evil.history(ua.ReadAtTimeDetails(instants, True))
        assert found.StatusCode.is_good()
        (found,) = await evil.history(ua.ReadAtTimeDetails(instants * 11, True))
        assert found.StatusCode.name == "BadTooManyOperations"

    assert misused(server, "observer", work) < STEP


def test_points_of_others_and_of_nobody(server: Server) -> None:
    async def work(evil: Evil) -> None:
        events = ua.ReadEventDetails(0, EARLIEST, LATEST, event_filter())
        (part,) = await evil.history(raw(0, 100, 5))
        # a point of values is none of events, and the other way round
        (found,) = await evil.history(events, point=part.ContinuationPoint)
        assert found.StatusCode.name == "BadContinuationPointInvalid"
        (part,) = await evil.history(events)
        (found,) = await evil.history(raw(0, 100), point=part.ContinuationPoint)
        assert found.StatusCode.name == "BadContinuationPointInvalid"
        for point in (b"x", bytes(8), bytes(100_000)):
            for details in (raw(0, 100), events):
                (found,) = await evil.history(details, point=point)
                assert found.StatusCode.name == "BadContinuationPointInvalid"

    misused(server, "observer", work)


@pytest.mark.soak
def test_questions_by_the_thousand(server: Server) -> None:
    async def work(evil: Evil) -> None:
        for _ in range(20):
            answers = await asyncio.gather(*(evil.unread(raw(0, 3_000)) for _ in range(50)))
            assert min(answers) > 3_000 * 22

    assert misused(server, "observer", work) < STEP


def test_many_nodes_that_go_on(server: Server) -> None:
    """Points of one request do not push each other out, and those of former ones give way."""

    async def work(evil: Evil) -> None:
        most = server.serving.server.settings.limits.continuation_points
        for _ in range(2):
            found = await evil.history(raw(0, 19_000, 5), count=2 * most)
            names = [f.StatusCode.name for f in found]
            assert names == ["Good"] * most + ["BadNoContinuationPoints"] * most
        assert len({f.ContinuationPoint for f in found[:most]}) == most
        (found,) = await evil.history(raw(0, 19_000, 5), point=found[0].ContinuationPoint)
        assert found.StatusCode.is_good()

    misused(server, "observer", work)


def test_answers_are_no_larger_than_what_the_server_takes(server: Server) -> None:
    """asyncua's client hangs up otherwise."""
    events = ua.ReadEventDetails(0, EARLIEST, LATEST, event_filter())

    async def work(evil: Evil) -> None:
        most = server.serving.server.settings.limits.message_kB * 1024
        for details in (raw(0, 19_000), events):
            assert most // 10 < await evil.unread(details, 20) < most

    misused(server, "observer", work)


def test_filters_that_are_too_much(server: Server) -> None:
    message, much = operand("Message"), 10_000
    deep = [(_OPS.Not, [ua.ElementOperand(n + 1)]) for n in range(99)]
    deep.append((_OPS.IsNull, [message]))
    wide = [(_OPS.InList, [message, *[literal("x")] * much])]
    slow = [(_OPS.Like, [message, literal("%a" * 200 + "b")])]
    many, more, long = event_filter(), event_filter(), event_filter()
    many.SelectClauses = [message] * 1000
    more.SelectClauses = [message] * much
    long.SelectClauses = [operand("/".join(["a"] * 5000))]
    refused = ("BadEventFilterInvalid", "BadEncodingLimitsExceeded")

    async def work(evil: Evil) -> None:
        assert await evil.event_item(event_filter(*deep)) == "Good"
        for chosen in (event_filter(*deep * 100), event_filter(*wide), many, more):
            assert await evil.event_item(chosen) in refused
        assert await evil.event_item(event_filter(*slow)) == "Good"
        assert await evil.event_item(long) in ("Good", "BadEventFilterInvalid")
        assert await evil.event_item(ua.DataChangeFilter()) == "BadEventFilterInvalid"
        assert await evil.event_item(None) == "BadEventFilterInvalid"
        for chosen in (event_filter(*deep), event_filter(*slow), event_filter(*wide), many):
            (found,) = await evil.history(ua.ReadEventDetails(0, EARLIEST, LATEST, chosen))
            assert found.StatusCode.name in ("Good", "GoodNoData", "BadEventFilterInvalid")

    misused(server, "observer", work)


@pytest.mark.soak
@pytest.mark.parametrize(
    "kind", ["DataValue", "Variant", "DiagnosticInfo", "NodeId", "QualifiedName"]
)
def test_messages_of_nothing_but_elements(server: Server, kind: str) -> None:
    """What takes long to be decoded is not, and the connection stays."""
    many = ua.Variant([], ua.VariantType[kind], is_array=True)
    empty = getattr(ua, kind)()
    many.Value = [empty] * 30_000

    async def work(evil: Evil) -> None:
        call = ua.CallMethodRequest(evil.id("hts"), evil.id("hts/Replan"))
        call.InputArguments = [many]
        with pytest.raises(ua.UaStatusCodeError, match="BadEncodingLimitsExceeded"):
            await evil.made.uaclient.call([call])
        assert await evil.made.get_namespace_array()

    assert misused(server, "operator", work) < STEP


def test_acknowledging_without_end(server: Server) -> None:
    site = server.loop.site
    site.happened(EventKind.LINK, "hts", Severity.ALARM, "lost", condition="plant", active=True)

    async def work(evil: Evil) -> None:
        def call(event: bytes, comment: str) -> Any:
            request = ua.CallMethodRequest(
                evil.id("hts!plant"), ua.NodeId(_ID.AcknowledgeableConditionType_Acknowledge)
            )
            request.InputArguments = [ua.Variant(event), ua.Variant(ua.LocalizedText(comment))]
            return request

        held = server.serving._notifier.alarms.held
        while ("hts", "plant") not in held:
            await asyncio.sleep(0.02)
        good = held["hts", "plant"].ids[-1]
        (found,) = await evil.made.uaclient.call([call(good, "x" * 100_000)])
        assert found.StatusCode.name == "BadInvalidArgument"
        wrong = [call(bytes([n % 256]) * 16, "no") for n in range(500)]
        results = await evil.made.uaclient.call(wrong)
        assert {r.StatusCode.name for r in results} == {"BadEventIdUnknown"}
        answers = await asyncio.gather(
            *(evil.made.uaclient.call([call(good, f"{n}")]) for n in range(200))
        )
        names = sorted(a[0].StatusCode.name for a in answers)
        assert names.count("Good") == 1
        assert set(names) == {"Good", "BadConditionBranchAlreadyAcked"}

    misused(server, "operator", work)
    seen = [e for e in site.events(at_most=10_000) if "acknowledged" in e.details]
    assert len(seen) == 1
    site.happened(EventKind.LINK, "hts", Severity.NOTE, "back", condition="plant")


def test_services_that_nobody_needs(server: Server) -> None:
    before = set(server.serving.server.inner.aspace.keys())

    async def work(evil: Evil) -> None:
        add = ua.AddNodesItem()
        add.ParentNodeId = ua.NodeId(_ID.ObjectsFolder)
        add.ReferenceTypeId = ua.NodeId(_ID.Organizes)
        add.RequestedNewNodeId = evil.id("evil")
        add.BrowseName, add.NodeClass = ua.QualifiedName("evil", 2), ua.NodeClass.Object
        add.NodeAttributes = ua.ObjectAttributes(DisplayName=ua.LocalizedText("evil"))
        add.TypeDefinition = ua.NodeId(_ID.BaseObjectType)
        gone = ua.DeleteNodesItem(NodeId=evil.id("hts"))
        reference = ua.AddReferencesItem(
            SourceNodeId=evil.id("hts"), ReferenceTypeId=ua.NodeId(_ID.Organizes),
            TargetNodeId=evil.id("iess"),
        )  # fmt: skip
        cut = ua.DeleteReferencesItem(
            SourceNodeId=evil.id("hts"), ReferenceTypeId=ua.NodeId(_ID.HasComponent),
            TargetNodeId=evil.id("hts.hp"),
        )  # fmt: skip
        client_ = evil.made.uaclient
        for asking in (
            client_.add_nodes([add]),
            client_.delete_nodes(ua.DeleteNodesParameters([gone])),
            client_.add_references([reference]),
            client_.delete_references([cut]),
        ):
            with pytest.raises(ua.UaStatusCodeError):
                for one in await asking:
                    getattr(one, "StatusCode", one).check()
        query = ua.QueryFirstRequest()
        with pytest.raises(ua.UaStatusCodeError, match="BadServiceUnsupported"):
            await evil.ask(query, ua.QueryFirstResponse)
        moving = ua.TransferSubscriptionsRequest()
        moving.Parameters.SubscriptionIds = list(range(1, 500))
        answer = await evil.ask(moving, ua.TransferSubscriptionsResponse)
        names = {r.StatusCode.name for r in answer.Parameters.Results}
        assert names <= {"BadSubscriptionIdInvalid", "BadUserAccessDenied"}

    misused(server, "admin", work)
    assert set(server.serving.server.inner.aspace.keys()) == before


@pytest.mark.parametrize("what", ["history", "comment", "register"])
def test_messages_that_are_too_large(server: Server, what: str) -> None:
    async def work(evil: Evil) -> None:
        flood = ua.RegisterNodesRequest()
        flood.Parameters.NodesToRegister = [evil.id(f"x{n}") for n in range(60_000)]
        method = ua.NodeId(_ID.AcknowledgeableConditionType_Acknowledge)
        call = ua.CallMethodRequest(evil.id("hts!plant"), method)
        comment = ua.LocalizedText("x" * 2_000_000)
        call.InputArguments = [ua.Variant(b"0"), ua.Variant(comment)]
        asking: dict[str, Callable[[], Awaitable[Any]]] = {
            "history": lambda: evil.history(raw(0, 1), count=60_000),
            "comment": lambda: evil.made.uaclient.call([call]),
            "register": lambda: evil.ask(flood, ua.RegisterNodesResponse),
        }
        with pytest.raises(REFUSED):
            await asking[what]()

    misused(server, "operator", work)


def test_a_token_on_a_second_channel(server: Server) -> None:
    keys = server.keys  # type: ignore[attr-defined]

    async def work(evil: Evil) -> None:
        async with client(server.url, keys["anna"], "observer") as second:
            first, other = evil.made.uaclient.protocol, second.uaclient.protocol
            own, other.authentication_token = other.authentication_token, first.authentication_token
            with pytest.raises(ua.UaStatusCodeError, match="BadSessionIdInvalid"):
                await second.get_namespace_array()
            other.authentication_token = own
            assert await second.get_namespace_array(), "its own is still good"
        assert await evil.made.get_namespace_array(), "the first one is untouched"

    misused(server, "operator", work)
