"""Events and alarms as subscribers meet them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua

from rami.communication.live_site import Verb
from rami.core.event import EventKind, Severity
from services.opcua.events.likeness import like
from services.opcua.serving import Serving
from tests.services.opcua.attacks import until
from tests.services.opcua.event_client import Watching, event_filter, literal, operand, watch
from tests.services.opcua.running import START, Running, Server
from tests.services.opcua.served import PASSWORDS, Keys
from twins.site import load_site

ALARM = Severity.ALARM
_ID, _OPS = ua.ObjectIds, ua.FilterOperator


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path, keys: Keys
) -> Iterator[Server]:
    site = load_site(reference_site_file)
    loop = Running(site)
    loop.publish()

    def prepare(serving: Serving) -> None:
        guards = serving.server.guards
        guards.trust.put(keys["anna"].certificate, "trusted")
        for role, password in PASSWORDS.items():
            guards.users.add(role, role, password)

    made = Server(loop, tmp_path_factory.mktemp("events"), prepare, limits={"logins": 1000})
    yield made
    made.close()
    loop.end()


@pytest.fixture(autouse=True)
def _keys(server: Server, keys: Keys) -> Iterator[None]:
    server.keys = keys  # type: ignore[attr-defined]
    server.loop.asked.clear()
    server.audit.rows.clear()
    yield
    for (source, condition), (event, seen) in server.loop.site.conditions().items():
        happened(server, EventKind.LINK, source, event.text, condition, active=False)
        if not seen:
            acknowledged(server, source, condition)


def happened(
    server: Server, kind: EventKind, source: str, text: str, condition: str = "", **more: Any
) -> Any:
    severity = more.pop("severity", ALARM)
    return server.loop.site.happened(kind, source, severity, text, condition=condition, **more)


async def known(server: Server, *conditions: tuple[str, str]) -> None:
    """Until the server has heard of alarms."""
    held = server.serving._notifier.alarms.held
    assert await until(lambda: set(conditions) <= set(held))


def acknowledged(server: Server, source: str, condition: str) -> None:
    from rami.communication.live_site import Request

    arguments = {"source": source, "condition": condition, "comment": ""}
    assert server.loop.site.ask(Request(Verb.ACKNOWLEDGE, "somebody", arguments), 10.0).done


def test_fields_places_and_types(server: Server) -> None:
    async def work(here: Watching) -> None:
        for node in (here.made.nodes.server, here.at("/"), here.at("hts"), here.at("iess")):
            await here.subscribe(node)
        event = happened(
            server, EventKind.MODE, "hts", "hts: simulate to shadow", severity=Severity.NOTE,
            former="simulate", mode="shadow", who="anna",
        )  # fmt: skip
        happened(server, EventKind.START, "", "begun")
        assert await until(lambda: len(here.told.events) == 5)
        types = (await here.made.get_namespace_array()).index("urn:rami-twins:types")
        mode = here.told.of(ua.NodeId("ModeEventType", types))
        assert len(mode) == 3
        told = mode[0]
        assert told["SourceNode"] == here.at("hts").nodeid
        assert (told["SourceName"], told["Path"], told["Severity"]) == ("hts", "hts", 100)
        assert (told["Number"], told["Mode"], told["Who"]) == (event.number, 1, "anna")
        assert json.loads(told["Details"])["former"] == "simulate"
        assert told["Message"].Text == "hts: simulate to shadow"
        assert int(told["Time"].timestamp() * 1e9) // 10**9 == START // 10**9
        assert told["condition"] is None and told["ConditionName"] is None
        assert len({e["EventId"] for e in here.told.events}) == 2

    watch(server, "observer", work)


def test_a_where_clause_chooses(server: Server) -> None:
    async def work(here: Watching) -> None:
        types = (await here.made.get_namespace_array()).index("urn:rami-twins:types")
        own = literal(ua.NodeId("TwinEventType", types))
        severe = literal(ua.Variant(500, ua.VariantType.UInt16))
        chosen = event_filter(
            (_OPS.And, [ua.ElementOperand(1), ua.ElementOperand(2)]),
            (_OPS.OfType, [own]),
            (_OPS.And, [ua.ElementOperand(3), ua.ElementOperand(4)]),
            (_OPS.GreaterThan, [operand("Severity"), severe]),
            (_OPS.Like, [operand("Message"), literal("%pump [0-9]%")]),
        )
        await here.subscribe(here.made.nodes.server, chosen)
        for text, severity in (
            ("pump 1 stands", Severity.NOTE),
            ("pump x stands", ALARM),
            ("of pump 2", ALARM),
        ):
            happened(server, EventKind.MODEL, "hts", text, "stands", severity=severity, active=True)
        assert await until(lambda: bool(here.told.events))
        assert [e["Message"].Text for e in here.told.events] == ["of pump 2"]

    watch(server, "observer", work)


@pytest.mark.parametrize(
    ("elements", "code"),
    [
        ([(_OPS.InView, [literal(1)])], "BadFilterOperatorUnsupported"),
        ([(_OPS.Not, [])], "BadFilterOperandCountMismatch"),
        ([(_OPS.Not, [ua.ElementOperand(0)])], "BadFilterOperandInvalid"),
        ([(_OPS.OfType, [literal(ua.NodeId(58))])], "BadNodeIdInvalid"),
        ([(_OPS.Like, [operand("Message"), literal("[a")])], "BadFilterOperandInvalid"),
    ],
)
def test_a_wrong_filter_is_told(server: Server, elements: Any, code: str) -> None:
    async def work(here: Watching) -> None:
        wanted = ua.CreateMonitoredItemsParameters()
        wanted.SubscriptionId = here.subscription.subscription_id
        one = ua.MonitoredItemCreateRequest()
        one.ItemToMonitor.NodeId = here.made.nodes.server.nodeid
        one.ItemToMonitor.AttributeId = ua.AttributeIds.EventNotifier
        one.RequestedParameters.Filter = event_filter(*elements)
        wanted.ItemsToCreate = [one]
        (result,) = await here.made.uaclient.create_monitored_items(wanted)
        assert result.StatusCode.name == "BadEventFilterInvalid"
        elements_ = result.FilterResult.WhereClauseResult.ElementResults
        assert [e.StatusCode.name for e in elements_] == [code]

    watch(server, "observer", work)


def test_an_alarm_from_raised_to_over(server: Server) -> None:
    kind = _ID.OffNormalAlarmType

    async def work(here: Watching) -> None:
        await here.subscribe(here.at("hts"))
        happened(server, EventKind.LINK, "hts", "plant lost", "plant", active=True)
        assert await until(lambda: bool(here.told.of(kind)))
        (raised,) = here.told.of(kind)
        assert raised["condition"] == ua.NodeId("hts!plant", here.index)
        assert _states(raised) == (True, True, False)
        await here.acknowledge(raised, "looked at it")
        assert await until(lambda: len(here.told.of(kind)) == 2)
        seen = here.told.of(kind)[1]
        assert _states(seen) == (True, True, True)
        assert (seen["Comment"].Text, seen["ClientUserId"]) == ("looked at it", "operator")
        assert seen["EventId"] != raised["EventId"]
        with pytest.raises(ua.UaStatusCodeError, match="BadConditionBranchAlreadyAcked"):
            await here.acknowledge(raised, "again")
        with pytest.raises(ua.UaStatusCodeError, match="BadConditionBranchAlreadyConfirmed"):
            await here.acknowledge(raised, "again", confirm=True)
        happened(server, EventKind.LINK, "hts", "plant back", "plant", active=False)
        assert await until(lambda: len(here.told.of(kind)) == 3)
        assert _states(here.told.of(kind)[2]) == (False, False, True)

    watch(server, "operator", work)
    (asked,) = [row for row in server.audit.rows if row.outcome == "done"]
    assert "looked at it" in next(r.why for r in server.audit.rows if r.outcome == "asked")
    assert asked.who == "opcua operator (operator)"


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        ("%", "", None),
        ("ab_", "abc", "ab"),
        ("%pump%", "the pump stands", "pum p"),
        ("[a-cx]1", "x1", "d1"),
        ("[^a-c]1", "d1", "b1"),
        (r"50\%", "50%", "501"),
        ("%a%b%", "xxaxxbxx", "xxbxxaxx"),
        ("%a" * 40 + "%", "a" * 40, "a" * 39 + "b" * 900),
    ],
)
def test_patterns(pattern: str, fitting: str, other: str | None) -> None:
    fits = like(pattern)
    assert fits(fitting)
    assert other is None or not fits(other)


def _states(event: dict[str, Any]) -> tuple[bool, bool, bool]:
    """Retain, active, acknowledged; what is acknowledged counts as confirmed."""
    assert event["AckedState/Id"] is event["ConfirmedState/Id"]
    return event["Retain"], event["ActiveState/Id"], event["AckedState/Id"]


def test_alarms_that_hold_are_told_again(server: Server) -> None:
    happened(
        server, EventKind.LIMIT, "hts.hs", "too hot", "T_1 high", active=True, high=95.0, value=97.0
    )
    happened(server, EventKind.LINK, "iess", "lost", "plant", active=True)

    async def work(here: Watching) -> None:
        await known(server, ("hts.hs", "T_1 high"), ("iess", "plant"))
        await here.subscribe(here.at("/"))
        await here.refresh()
        assert await until(lambda: len(here.told.events) == 4)
        first, limit, link, last = here.told.events
        assert first["EventType"].Identifier == _ID.RefreshStartEventType
        assert last["EventType"].Identifier == _ID.RefreshEndEventType
        assert limit["EventType"].Identifier == _ID.LimitAlarmType
        assert (limit["HighLimit"], limit["ConditionName"]) == (95.0, "T_1 high")
        assert limit["SourceNode"] == here.at("hts.hs").nodeid
        assert link["condition"] == ua.NodeId("iess!plant", here.index)
        # confirming alone acknowledges, too
        await here.acknowledge(limit, "", confirm=True)
        assert await until(lambda: len(here.told.of(_ID.LimitAlarmType)) == 2)
        assert _states(here.told.of(_ID.LimitAlarmType)[1]) == (True, True, True)
        foreign = ua.Variant(here.subscription.subscription_id + 1000, ua.VariantType.UInt32)
        condition = here.made.get_node(ua.NodeId(_ID.ConditionType))
        with pytest.raises(ua.UaStatusCodeError, match="BadSubscriptionIdInvalid"):
            await condition.call_method(ua.NodeId(_ID.ConditionType_ConditionRefresh), foreign)

    watch(server, "operator", work)


def test_who_may_not_acknowledges_nothing(server: Server) -> None:
    happened(server, EventKind.LINK, "hts", "lost", "plant", active=True)

    async def observer(here: Watching) -> None:
        await known(server, ("hts", "plant"))
        await here.subscribe(here.at("hts"))
        await here.refresh()
        assert await until(lambda: len(here.told.events) == 3)
        with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
            await here.acknowledge(here.told.events[1], "me too")

    async def operator(here: Watching) -> None:
        wrong = {"condition": ua.NodeId("hts!plant", here.index), "EventId": b"no such event"}
        with pytest.raises(ua.UaStatusCodeError, match="BadEventIdUnknown"):
            await here.acknowledge(wrong, "")
        with pytest.raises(ua.UaStatusCodeError, match="BadNodeIdUnknown"):
            await here.acknowledge({**wrong, "condition": ua.NodeId("hts!x", here.index)}, "")

    watch(server, "observer", observer)
    watch(server, "operator", operator)
    assert not server.loop.site.conditions()["hts", "plant"][1]


def test_audit_events_are_for_auditors(server: Server) -> None:
    point = next(
        p.name for p in server.loop.points["hts"].points if p.direction.value == "actuated"
    )

    async def admin(here: Watching) -> None:
        await here.subscribe(here.made.nodes.server)
        assert await here.made.get_node(ua.NodeId(_ID.Server_Auditing)).read_value() is True
        await here.at(f"hts.{point}").write_value(0.5)
        await here.at("/Strategy").call_method(here.at("/Strategy/Replan"))
        happened(server, EventKind.AUDIT, "hts", "somebody wrote", severity=Severity.NOTE)

        def last() -> list[dict[str, Any]]:
            return [e for e in here.told.events if e["Message"].Text == "somebody wrote"]

        assert await until(lambda: bool(last()))
        (write,) = here.told.of(_ID.AuditWriteUpdateEventType)
        (call,) = here.told.of(_ID.AuditUpdateMethodEventType)
        (own,) = last()
        assert write["EventType"].Identifier == _ID.AuditWriteUpdateEventType
        assert write["SourceNode"] == here.at(f"hts.{point}").nodeid
        assert call["EventType"].Identifier == _ID.AuditUpdateMethodEventType
        assert call["ClientUserId"] == "opcua admin (admin)"
        assert own["EventType"].Identifier == _ID.AuditEventType

    async def engineer(here: Watching) -> None:
        await here.subscribe(here.made.nodes.server)
        await here.at("/Strategy").call_method(here.at("/Strategy/Replan"))
        happened(server, EventKind.START, "", "last")
        assert await until(lambda: any(e["Message"].Text == "last" for e in here.told.events))
        assert not [e for e in here.told.events if e["EventType"].NamespaceIndex == 0]

    watch(server, "admin", admin)
    watch(server, "engineer", engineer)
