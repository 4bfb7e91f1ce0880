"""MQTT 5 over TLS against a real mosquitto."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import time_ns

import pytest

from adapters.buses.mqtt import MqttBus
from rami.communication.service.border import Border
from rami.communication.service.message import Message, Topic
from rami.core.errors import RunError, UnreachableError
from tests.adapters.buses.broker import Broker, running, until
from tests.communication.service.said import (
    SITE,
    border,
    consumer,
    crossing,
    forecast,
    message,
    provider,
)

EVERYTHING = (Topic(SITE, "*", "*", "*", "*"),)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running(tmp_path_factory.mktemp("installation"), border(crossing())) as made:
        yield made


class End:
    """A connected party with what it has heard."""

    def __init__(self, bus: MqttBus) -> None:
        self.bus, self.heard = bus, list[Message]()
        bus.listen(EVERYTHING, self.heard.append)
        bus.open()

    def __enter__(self) -> End:
        return self

    def __exit__(self, *_: object) -> None:
        self.bus.close()


def _now(sequence: int, **more: object) -> Message:
    return message(sequence=sequence, sent_ns=time_ns(), **more)  # type: ignore[arg-type]


def test_a_message_comes_as_it_was_sent_and_is_kept_for_late_comers(broker: Broker) -> None:
    sent = _now(1, payload=forecast([0.1, 1 / 3, 1e-300]), valid_s=60)
    with End(broker.bus("buildings", time_ns)) as buildings:
        buildings.bus.send(sent)
        with End(broker.bus("network", time_ns)) as network:
            until(lambda: network.heard, "the message")
            (heard,) = network.heard
            assert heard.payload == sent.payload
            assert (heard.topic, heard.sequence) == (sent.topic, 1)
            assert network.bus.refused() == {}


def test_who_has_no_right_hears_nothing(broker: Broker) -> None:
    with (
        End(broker.bus("buildings", time_ns)) as buildings,
        End(broker.bus("network", time_ns)) as network,
        End(broker.bus("production", time_ns)) as production,
    ):
        buildings.bus.send(_now(10))
        until(lambda: network.heard and network.heard[-1].sequence == 10)
        assert production.heard == []


def test_a_message_in_anothers_name_is_neither_sent_nor_believed(broker: Broker) -> None:
    with (
        End(broker.bus("production", time_ns)) as production,
        End(broker.bus("network", time_ns)) as network,
    ):
        with pytest.raises(RunError, match="identity"):
            production.bus.send(_now(20))
        # without our own check the broker refuses it
        forged = _now(21)
        _publish(production.bus, forged)
        until(lambda: production.bus.refused().get("broker"), "the broker's refusal")
        # and where the broker is in league with it, the signature is not the owner's
        with End(_with_keys_of(broker, "production", "buildings")) as league:
            _publish(league.bus, forged)
            until(lambda: network.bus.refused().get("identity"), "the refusal")
        assert all(m.sequence not in (20, 21) for m in network.heard)


def test_a_message_is_heard_once(broker: Broker) -> None:
    with (
        End(broker.bus("buildings", time_ns)) as buildings,
        End(broker.bus("network", time_ns)) as network,
    ):
        first, second = _now(30), _now(31)
        for one in (first, first, second, first):
            buildings.bus.send(one)
        until(lambda: network.bus.refused().get("replay"), "the refusal")
        assert [m.sequence for m in network.heard if m.sequence >= 30] == [30, 31]
        assert network.bus.refused()["repeat"] >= 1


def test_what_is_no_message_is_counted_and_nothing_breaks(broker: Broker) -> None:
    with (
        End(broker.bus("buildings", time_ns)) as buildings,
        End(broker.bus("network", time_ns)) as network,
    ):
        for text in (b"{", b"\xff\xfe", b"[" * 5000, b"null"):
            _publish(buildings.bus, _now(40), text)
        until(lambda: network.bus.refused().get("malformed", 0) == 4, "four refusals")
        buildings.bus.send(_now(41))
        until(lambda: network.heard and network.heard[-1].sequence == 41)


def test_a_broker_that_goes_and_comes_back(tmp_path: Path) -> None:
    with (
        running(tmp_path, border(crossing())) as broker,
        End(broker.bus("buildings", time_ns)) as buildings,
        End(broker.bus("network", time_ns)) as network,
    ):
        broker.stop()
        until(lambda: not buildings.bus.connected and not network.bus.connected)
        buildings.bus.send(_now(1))  # does not wait
        broker.start()
        until(lambda: [m.sequence for m in network.heard] == [1], "what was sent meanwhile")


def test_a_right_that_is_taken_away_holds_at_once(tmp_path: Path) -> None:
    with (
        running(tmp_path, border(crossing())) as broker,
        End(broker.bus("buildings", time_ns)) as buildings,
        End(broker.bus("network", time_ns)) as network,
    ):
        buildings.bus.send(_now(1))
        until(lambda: network.heard)
        broker.border.change([])
        buildings.bus.send(_now(2))  # the listener refuses, whatever the broker does
        until(lambda: network.bus.refused().get("zone"), "the refusal")
        broker.write()  # and the broker passes nothing on to one who is connected
        other = Border(SITE, [provider(), consumer()], [crossing()])
        network.bus.gate._border = other  # a listener that does not know yet
        until(lambda: "Reloading config" in broker.log(), "the broker's reload")
        buildings.bus.send(_now(3))
        with End(broker.bus("buildings", time_ns)) as again:
            until(lambda: again.bus.connected)
        assert [m.sequence for m in network.heard] == [1]


def test_a_party_that_is_revoked_is_cut_off(tmp_path: Path) -> None:
    with (
        running(tmp_path, border(crossing())) as broker,
        End(broker.bus("buildings", time_ns)) as buildings,
        End(broker.bus("network", time_ns)) as network,
    ):
        buildings.bus.send(_now(1))
        until(lambda: network.heard)
        broker.parties.revoke("buildings")
        until(lambda: not buildings.bus.connected, "the broker to drop it")
        late = broker.bus("network", time_ns, who="network")
        text = _now(2).encode()
        signed = buildings.bus._credentials.signer.sign(str(_now(2).topic), text)
        assert late.gate.admit(str(_now(2).topic), text, signed) is None
        assert late.refused() == {"revoked": 1}


def test_a_broker_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with running(tmp_path, border(crossing())) as broker:
        broker.stop()
        bus = broker.bus("buildings", time_ns)
        bus._wait_s = 0.2
        try:
            with pytest.raises(UnreachableError, match="broker 127"):
                bus.open()
        finally:
            bus.close()


def _with_keys_of(broker: Broker, signs: str, logs_in: str) -> MqttBus:
    """A connection that logs in as one and signs as another."""
    bus, other = broker.bus(logs_in, time_ns), broker.bus(signs, time_ns)
    object.__setattr__(bus._credentials, "signer", other._credentials.signer)
    return bus


def _publish(bus: MqttBus, one: Message, text: bytes | None = None) -> None:
    """Past our own checks, straight to the broker."""
    from adapters.buses.mqtt.bus import _publishing
    from adapters.buses.mqtt.wire import told, written

    content = one.encode() if text is None else text
    properties = _publishing(60)
    properties.UserProperty = told(bus._credentials.signer.sign(str(one.topic), content))
    made = bus._client.publish(written(one.topic), content, qos=1, properties=properties)
    bus._sent[made.mid] = str(one.topic)
