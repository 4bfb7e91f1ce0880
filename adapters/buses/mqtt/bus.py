"""MQTT 5 over TLS: one connection of one party; implements `Bus`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Any

from adapters.buses.mqtt.arrivals import Arrival, Arrivals
from adapters.buses.mqtt.credentials import Credentials
from adapters.buses.mqtt.wire import expiry_s, read, signature_of, told, written
from rami.communication.service.border import Border
from rami.communication.service.bus import Heard
from rami.communication.service.gate import Gate
from rami.communication.service.message import LIMIT, Message, Topic
from rami.communication.service.refusals import Refusal
from rami.communication.service.settings import BusSettings
from rami.core.errors import ConfigurationError, RunError, UnreachableError

#: shortest and longest wait before the broker is tried again, s
BACKOFF_S = (1, 60)
#: how long a first answer of the broker is waited for, s
WAIT_S = 10.0
#: messages that wait for a broker that is away; then the oldest go
_OUTGOING = 1_000


class MqttBus:
    """Messages go with QoS 1, the newest of each topic is kept by the broker until it expires.

    `send` never waits for the network. A lost connection is made anew with growing pauses; what
    was sent meanwhile follows. What comes is heard in a thread of its own, after `gate`.
    """

    def __init__(
        self,
        settings: BusSettings,
        credentials: Credentials,
        border: Border,
        gate: Gate,
        clock: Callable[[], int],
        backoff_s: tuple[int, int] = BACKOFF_S,
        wait_s: float = WAIT_S,
    ) -> None:
        self.party, self.gate = credentials.party, gate
        self._settings, self._credentials, self._border = settings, credentials, border
        self._clock, self._backoff_s, self._wait_s = clock, backoff_s, wait_s
        self._listeners: list[tuple[tuple[Topic, ...], Heard]] = []
        self._arrivals = Arrivals()
        self._connected = Event()
        self._sent: dict[int, str] = {}
        self._refusal = ""
        self._client: Any = None
        self._hearing = Thread(target=self._hear, name=f"mqtt-{self.party}", daemon=True)

    @property
    def connected(self) -> bool:
        """Whether the broker answers now."""
        return self._connected.is_set()

    def open(self) -> None:
        """As in Bus; goes on trying after UnreachableError."""
        self._client = client = client_named(f"{self.party}-{os.urandom(6).hex()}")
        client.username_pw_set(self.party, self._credentials.password)
        client.tls_set_context(self._credentials.context())
        client.reconnect_delay_set(*self._backoff_s)
        client.max_queued_messages_set(_OUTGOING)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message, client.on_publish = self._on_message, self._on_publish
        host, port = self._settings.host, self._settings.port
        client.connect_async(host, port, round(self._settings.keepalive), clean_start=True)
        self._hearing.start()
        client.loop_start()
        if not self._connected.wait(self._wait_s):
            why = self._refusal or f"no answer within {self._wait_s:g} s"
            raise UnreachableError(f"broker {host}:{port}: {why}")

    def close(self) -> None:
        """As in Bus."""
        client, self._client = self._client, None
        if client is not None:
            let_go(client)
        self._arrivals.close()
        if self._hearing.is_alive():
            self._hearing.join()
        self.gate.seen.flush()

    def send(self, message: Message) -> None:
        """As in Bus. A message that names what one of its hearers may not be told is not sent at
        all, since a broker passes it on whole."""
        topic = str(message.topic)
        why = self._border.says(self.party, message)
        for party in () if why else self._border.hearers(message.topic):
            why = why or self._border.hears(party, message)
        if why:
            self.gate.refusals.add(Refusal(why, self.party, topic))
            raise RunError(f"{self.party} may not send {topic}: {why}")
        text = message.encode()
        properties = _publishing(expiry_s(message, self._clock()))
        properties.UserProperty = told(self._credentials.signer.sign(topic, text))
        client = self._client
        if client is None:
            raise RunError(f"{self.party} is not open")
        made = client.publish(
            written(message.topic), text, qos=1, retain=True, properties=properties
        )
        if made.rc == _QUEUE_FULL:
            self.gate.refusals.add(Refusal("broker away", self.party, topic))
        elif len(self._sent) < _OUTGOING:
            self._sent[made.mid] = topic

    def listen(self, patterns: Iterable[Topic], heard: Heard) -> None:
        """As in Bus."""
        wanted = tuple(patterns)
        self._listeners.append((wanted, heard))
        if self.connected:
            self._subscribe(wanted)

    def refused(self) -> dict[str, int]:
        """As in Bus."""
        return self.gate.refusals.counts()

    def _subscribe(self, patterns: Iterable[Topic]) -> bool:
        filters = sorted({written(p) for p in patterns})
        if filters and self._client is not None:
            self._client.subscribe([(f, _at_least_once()) for f in filters])
        return bool(filters)

    def _on_connect(self, _c: Any, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._refusal = str(code)
            return
        # connected means heard too: what is said from then on comes
        if not self._subscribe(p for patterns, _ in self._listeners for p in patterns):
            self._connected.set()

    def _on_subscribe(self, _c: Any, _u: Any, _mid: int, _codes: Any, _p: Any) -> None:
        self._connected.set()

    def _on_disconnect(self, _c: Any, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        self._connected.clear()

    def _on_publish(self, _c: Any, _u: Any, mid: int, code: Any, _p: Any) -> None:
        topic = self._sent.pop(mid, "")
        if code.is_failure:
            self.gate.refusals.add(Refusal("broker", self.party, topic, detail=str(code)))

    def _on_message(self, _c: Any, _u: Any, came: Any) -> None:
        """In the network's thread: only what is cheap."""
        try:
            topic = read(came.topic)
        except UnicodeDecodeError:
            topic = ""
        if not topic or len(came.payload) > LIMIT:
            reason = "size" if topic else "topic"
            self.gate.refusals.add(Refusal(reason, "?", topic[:120], self.party))
            return
        if not came.payload:
            return  # the broker forgets what it kept of this topic
        arrival = Arrival(topic, bytes(came.payload), signature_of(came.properties))
        for _ in range(self._arrivals.put(arrival)):
            self.gate.refusals.add(Refusal("flood", "?", "", self.party))

    def _hear(self) -> None:
        while (arrival := self._arrivals.take()) is not None:
            try:
                self._pass_on(arrival)
            except Exception as error:  # noqa: BLE001 - one message must not end the hearing
                words = f"{type(error).__name__}: {error}"[:200]
                self.gate.refusals.add(Refusal("listener", "?", arrival.topic, self.party, words))

    def _pass_on(self, arrival: Arrival) -> None:
        message = self.gate.admit(*arrival)
        if message is None:
            return
        for patterns, heard in list(self._listeners):
            if any(map(message.topic.meets, patterns)):
                heard(message)


_QUEUE_FULL = 15


def client_named(name: str) -> Any:
    """A client of MQTT 5, not yet connected. Raises ConfigurationError."""
    try:
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion
    except ImportError:
        raise ConfigurationError(
            "MQTT needs a package more: pip install 'rami-twins[mqtt]'"
        ) from None
    return Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv5)


def let_go(client: Any) -> None:
    """Disconnect a client and end its thread."""
    client.disconnect()
    client.loop_stop()
    # its thread may end before it has let go of the line
    line = client.socket()
    if line is not None:
        line.close()


def _publishing(expiry_s: int) -> Any:
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.PUBLISH)
    properties.MessageExpiryInterval = min(expiry_s, 2**32 - 1)
    return properties


def _at_least_once() -> Any:
    from paho.mqtt.subscribeoptions import SubscribeOptions

    return SubscribeOptions(qos=1)
