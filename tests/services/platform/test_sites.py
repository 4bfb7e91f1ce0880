"""A service offered once and used by several sites, with no look across."""

from __future__ import annotations

from adapters.buses.local import Exchange
from rami.communication.service.border import Border
from rami.communication.service.contract import Inbox, Need, Offer, ServiceDeclaration
from rami.communication.service.function import Said, function_service
from rami.communication.service.gate import Gate
from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import Measurement
from rami.communication.service.refusals import Refusals
from services.platform.clock import SetClock
from services.platform.hosts.outcome import Recipe
from services.platform.hosts.thread import ThreadHost
from services.platform.member import Member
from services.platform.runner import Platform
from tests.communication.service.said import HOUR, NOW, crossing, forecast

SITES = {"north": 100.0, "south": 200.0}


def _measured(site: str) -> Measurement:
    plain = forecast([SITES[site]], f"{site}.load").model_dump(exclude={"quantiles"})
    return Measurement.model_validate(plain)


def _doubles(inbox: Inbox) -> list[Said]:
    """The one service of `provider`: knows only what is in its inbox."""
    said = []
    for message in inbox.of("measurement"):
        assert isinstance(message.payload, Measurement)
        series = {n: [2 * v for v in c if v] for n, c in message.payload.series.items()}
        made = forecast().model_dump() | {"series": series, "grid": message.payload.grid}
        said.append(Said(type(forecast()).model_validate(made)))
    return said


def _platform(site: str) -> Platform:
    gives = ServiceDeclaration("meter", "utility", (), (Offer("measurement"),))
    takes = ServiceDeclaration("desk", "utility", (Need("forecast"),))
    offered = ServiceDeclaration("twice", "provider", (Need("measurement"),), (Offer("forecast"),))
    measured = _measured(site)
    acts = {gives: lambda inbox: Said(measured), takes: lambda inbox: None, offered: _doubles}
    members = [
        Member(d, ThreadHost(Recipe(made=function_service(d, act, site)), 20.0))  # type: ignore[arg-type]
        for d, act in acts.items()
    ]
    border = Border(site, acts, [
        crossing("utility", ["provider"], ["measurement"], [f"{site}.*"]),
        crossing("provider", ["utility"], ["forecast"], [f"{site}.*"]),
    ])  # fmt: skip
    clock = SetClock(NOW)
    exchange = Exchange(border, clock)
    return Platform(members, border, {o: (exchange.party(o),) for o in border.parties}, clock)


def test_each_site_gets_its_own_answer_and_sees_no_other() -> None:
    for site, value in SITES.items():
        with _platform(site) as platform:
            platform.cycle(NOW)
            assert platform.troubles() == {}
            heard = [m for owner in ("utility", "provider") for m in platform.newest(owner)]
            assert {m.topic.site for m in heard} == {site}
            assert {p for m in heard for p in m.payload.paths()} == {f"{site}.load"}
            (answer,) = [m.payload for m in heard if m.topic.kind == "forecast"]
            assert answer.series == {f"{site}.load": [2 * value]}  # type: ignore[attr-defined]


def test_a_message_of_another_site_is_refused() -> None:
    refusals = Refusals(lambda: NOW)
    gate = Gate("provider", _platform("north").border, lambda: NOW, refusals)
    topic = Topic("south", "utility", "meter", "measurement", "all")
    other = Message(topic, _measured("south"), 1, NOW, NOW + HOUR)
    assert gate.admit(str(topic), other.encode()) is None
    assert refusals.counts() == {"zone": 1}
