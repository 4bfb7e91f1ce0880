"""Between companies: nothing private passes the broker; who is revoked or forges is out."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from time import time_ns
from typing import Any

import pytest

from adapters.buses.mqtt import Credentials, MqttBus
from rami.communication.service.gate import Gate
from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import FlexibilityAnswer, KeyFigures
from rami.communication.service.refusals import Refusals
from services.assemble.services import border
from services.negotiation.loading import demo
from services.platform.parties.registry import Parties
from tests.adapters.buses.broker import program
from tests.services.negotiation.over_bus import SECTION, Brokered, paid
from twins.site import load_site

#: in the demo's file: what is private, and the same with digits that nothing else has
_CANARIES = {
    "time_constant: 60 h": "time_constant: 60.1732050807 h",
    "loss: 125 W/K": "loss: 125.2236067977 W/K",
    "gains: 200 W": "gains: 200.3316624790 W",
    "cost: 8 EUR/MWh": "cost: 8.8426406871 EUR/MWh",
    "[18 degC, 18 degC,": "[18.7416573867 degC, 18.6055512754 degC,",
    "high: &high [24 degC,": "high: &high [24.5830052442 degC,",
}
_DIGITS = ("1732050807", "2236067977", "3316624790", "8426406871", "7416573867", "6055512754",
           "5830052442")  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokered]:
    """A day with canaries in everybody's parameters, all that passed the broker captured."""
    program()
    folder = tmp_path_factory.mktemp("private")
    text = demo().read_text(encoding="utf-8")
    for plain, canary in _CANARIES.items():
        assert plain in text, plain
        text = text.replace(plain, canary)
    file = folder / "canaries.yaml"
    file.write_text(text, encoding="utf-8")
    with Brokered(folder / "installation", {**SECTION, "file": str(file)}) as bus:
        bus.live()
        yield bus


def test_no_private_figure_passes_the_broker(lived: Brokered) -> None:
    texts = [text for _, text in lived.heard.texts]
    assert len(texts) > 100
    canaries = [d[:9].encode() for d in _DIGITS]
    assert not [c for c in canaries for t in texts if c in t]
    for word in (b"discomfort", b"set_point", b"indoor", b"comfort", b"fuel", b"content"):
        assert not any(word in t for t in texts), word


def test_every_message_names_only_what_zones_let_through(lived: Brokered) -> None:
    site = load_site(lived.made.site)
    zones = site.declaration.zones
    for _, text in lived.heard.texts:
        message = Message.decode(text)
        topic = message.topic
        open_to = [
            pattern for c in zones for pattern in c.signals
            if c.owner == topic.owner and topic.kind in c.kinds
            and {"*", topic.subject} & set(c.subjects)
        ]  # fmt: skip
        assert open_to, str(topic)
        for path in message.payload.paths():
            assert any(fnmatchcase(path, p) for p in open_to), (str(topic), path)


def test_nobody_s_files_hold_another_s_figures(lived: Brokered) -> None:
    for owner in lived.made.owners:
        for file in (lived.made.folder / "data" / owner).rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                assert not [d for d in _DIGITS if d[:9].encode() in content], file


def test_a_party_that_is_revoked_is_out_at_once_and_the_others_make_their_deal(
    tmp_path: Path,
) -> None:
    program()
    text = demo().read_text(encoding="utf-8")
    file = tmp_path / "hasty.yaml"
    file.write_text(text + "\nnegotiation: {answer: 2 s}\n", encoding="utf-8")
    assert "\nnegotiation:" not in text
    with Brokered(tmp_path / "installation", {**SECTION, "file": str(file)}) as bus:
        parties = Parties(bus.made.folder / "parties")
        answered: list[int] = []

        def turn() -> None:
            rounds = [_round(text) for topic, text in bus.heard.texts
                      if "/homeowners/" in topic and "/flexibility_answer/" in topic]  # fmt: skip
            if len(rounds) >= 3 and not answered:
                parties.revoke("homeowners")
                answered.append(len(bus.heard.texts))

        bus.live(turn=turn)
        after = [topic for topic, _ in bus.heard.texts[answered[0] + 20 :]]
        figures = bus.last("key_figures", "deal")
        told = bus.heard.days[-1]
    assert not [t for t in after if t.startswith("rami/reference/homeowners/")]
    assert isinstance(figures, KeyFigures)
    assert "homeowners's buildings_homeowners says nothing" in told.reason
    assert figures.figures["deal"][0] == 1.0
    assert not [n for n in paid(figures) if "houses" in n]
    assert sum(round(100 * v) for v in paid(figures).values()) == 0


def _round(text: bytes) -> int:
    payload = Message.decode(text).payload
    assert isinstance(payload, FlexibilityAnswer)
    return payload.round_number


def test_who_speaks_as_another_is_refused_and_named(lived: Brokered) -> None:
    """City sends what only the cooperative may say: the broker stops it; with a broker in league
    the signature is not the cooperative's."""
    made, site = lived.made, load_site(lived.made.site)
    edge = border(site)
    taken = next(Message.decode(text) for topic, text in lived.heard.texts
                 if "/cooperative/" in topic and "/flexibility_answer/" in topic)  # fmt: skip
    forged = Message(taken.topic, taken.payload, taken.sequence + 1000, time_ns(),
                     time_ns() + 10**12, "forged")  # fmt: skip
    bus = lived.platforms["utility"]._buses["utility"][1]
    gate = bus.gate  # type: ignore[attr-defined]
    city = Credentials.of(made.folder / "parties" / "parties" / "city")
    topic = str(forged.topic)
    signature = city.signer.sign(topic, forged.encode())
    assert gate.admit(topic, forged.encode(), signature) is None
    assert gate.refusals.by_sender()["cooperative/buildings_cooperative", "identity"] == 1
    own = MqttBus(made.settings, city, edge, _gate(edge), time_ns)
    with pytest.raises(Exception, match="identity"):
        own.send(forged)


def _gate(edge: Any) -> Gate:
    return Gate("city", edge, time_ns, Refusals(time_ns))


def test_a_topic_of_another_is_no_right(lived: Brokered) -> None:
    edge = border(load_site(lived.made.site))
    other = Topic("reference", "cooperative", "buildings_cooperative", "flexibility_answer")
    assert not edge.rights("city").may_send(other)
    assert not edge.rights("city").may_hear(other)
    # the network hears forecasts, not what shifting costs
    assert not edge.rights("grid").may_hear(other)
