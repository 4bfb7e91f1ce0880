"""What connects without being a resource manager that behaves: bare websockets and sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from adapters.edges.s2 import listener as listening
from adapters.edges.s2.service import S2Service
from rami.communication.service import Place
from rami.core.errors import UnreachableError
from tests.adapters.edges.s2.rig import HOUSE, edge, inbox, resource, settings, token

OTHER = "s03.other"


@pytest.fixture(scope="module")
def service() -> Iterator[S2Service]:
    with edge(HOUSE, OTHER) as made:
        yield made


def plug(service: S2Service, name: str = HOUSE, **more: Any) -> ClientConnection:
    url = f"ws://127.0.0.1:{service.listener.port}"
    headers = {"Authorization": f"Bearer {token(name)}"}
    return connect(url, additional_headers=headers, close_timeout=1, **more)


def says(line: ClientConnection, message: dict[str, Any] | str | bytes) -> dict[str, Any]:
    """The reception status of what is sent; what else comes first is passed over."""
    line.send(json.dumps(message) if isinstance(message, dict) else message)
    wanted = message.get("message_id") if isinstance(message, dict) else None
    while True:
        got: dict[str, Any] = json.loads(line.recv(timeout=5))
        if got["message_type"] == "ReceptionStatus" and wanted in (None, got["subject_message_id"]):
            return got


def handshake(versions: list[str] | None = None, role: str = "RM") -> dict[str, Any]:
    return {
        "message_type": "Handshake", "message_id": str(uuid4()), "role": role,
        "supported_protocol_versions": versions or ["0.0.2-beta"],
    }  # fmt: skip


def details(name: str = HOUSE, **more: Any) -> dict[str, Any]:
    return {
        "message_type": "ResourceManagerDetails", "message_id": str(uuid4()),
        "resource_id": resource(name), "instruction_processing_delay": 0,
        "roles": [{"role": "ENERGY_CONSUMER", "commodity": "HEAT"}],
        "available_control_types": ["FILL_RATE_BASED_CONTROL"], "provides_forecast": True,
        "provides_power_measurement_types": ["HEAT.THERMAL_POWER"], **more,
    }  # fmt: skip


def level(value: object = 50) -> dict[str, Any]:
    return {
        "message_type": "FRBC.StorageStatus", "message_id": str(uuid4()),
        "present_fill_level": value,
    }  # fmt: skip


def settled(line: ClientConnection) -> None:
    """Read and acknowledge until we are told how we are controlled."""
    left = {"HandshakeResponse", "SelectControlType"}
    while left:
        got = json.loads(line.recv(timeout=5))
        left.discard(got["message_type"])
        if "message_id" in got:
            status = {"message_type": "ReceptionStatus", "status": "OK"}
            line.send(json.dumps({**status, "subject_message_id": got["message_id"]}))


def closed(line: ClientConnection) -> tuple[int, str]:
    """Code and reason with which a connection is closed."""
    with pytest.raises(ConnectionClosed) as ended:
        while True:
            line.recv(timeout=10)
    assert ended.value.rcvd is not None
    return ended.value.rcvd.code, ended.value.rcvd.reason


def test_nobody_gets_in_without_a_token(service: S2Service) -> None:
    url = f"ws://127.0.0.1:{service.listener.port}"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": token(HOUSE)}):
        with pytest.raises(InvalidStatus, match="401"):
            connect(url, additional_headers=headers)


def test_each_state_has_its_messages_and_everything_its_status(service: S2Service) -> None:
    with plug(service) as line:
        early = says(line, level())
        assert (early["status"], early["diagnostic_label"]) == (
            "INVALID_CONTENT", "a handshake comes first",
        )  # fmt: skip
        assert says(line, handshake(role="RM"))["status"] == "OK"
        assert says(line, level())["status"] == "INVALID_CONTENT"
        assert "already" in says(line, handshake())["diagnostic_label"]
        assert says(line, details())["status"] == "OK"
        assert says(line, level())["status"] == "OK"
        order = {
            "message_type": "SelectControlType", "message_id": str(uuid4()),
            "control_type": "NO_SELECTION",
        }  # fmt: skip
        assert says(line, order)["status"] == "INVALID_CONTENT", "only we select"
        running = {
            "message_type": "FRBC.ActuatorStatus", "message_id": str(uuid4()),
            "actuator_id": str(uuid4()), "active_operation_mode_id": str(uuid4()),
            "operation_mode_factor": 0,
        }  # fmt: skip
        assert "no actuator" in says(line, running)["diagnostic_label"]
        for wrong in ("no json", "[]", "3", '{"a": NaN}', "[" * 50_000, b"\xff\xfe", "1" * 9000):
            assert says(line, wrong)["status"] == "INVALID_DATA", wrong[:20]
        for value in ("much", 1e300, None, [], {"a": {}}):
            assert says(line, level(value))["status"] == "INVALID_MESSAGE", value
        assert says(line, {**level(), "message_type": "Unheard"})["status"] == "INVALID_MESSAGE"
        old = {
            "message_type": "PowerForecast", "message_id": str(uuid4()),
            "start_time": "2020-01-01T00:00:00Z",
            "elements": [
                {
                    "duration": 3_600_000,
                    "power_values": [
                        {"value_expected": 1, "commodity_quantity": "HEAT.THERMAL_POWER"}
                    ],
                }
            ],
        }  # fmt: skip
        assert says(line, old)["diagnostic_label"] == "it is over"
        assert says(line, level(51))["status"] == "OK", "the connection stays"


def test_other_versions_are_sent_away_with_the_reason(service: S2Service) -> None:
    with plug(service) as line:
        got = says(line, handshake(["9.9"]))
        assert got["status"] == "INVALID_CONTENT"
        assert "0.0.2-beta" in got["diagnostic_label"]
        assert json.loads(line.recv(timeout=5))["request"] == "TERMINATE"
        assert closed(line) == (1008, "version 0.0.2-beta is spoken here")


def test_one_connection_for_each_resource_and_one_resource_for_each_id(service: S2Service) -> None:
    with plug(service) as first:
        says(first, handshake())
        says(first, details())
        settled(first)
        with plug(service) as second:
            assert closed(second) == (1008, "this resource is connected already")
        with plug(service, OTHER) as other:
            says(other, handshake())
            got = says(other, details(HOUSE))
            assert "another resource manager" in got["diagnostic_label"]
            assert closed(other)[0] == 1008
        assert says(first, level())["status"] == "OK"
    with plug(service, OTHER) as other:
        says(other, handshake())
        assert says(other, details(OTHER))["status"] == "OK"


def test_what_is_too_large_too_much_or_too_wrong_is_closed(service: S2Service) -> None:
    with plug(service) as line:
        line.send("x" * ((1 << 20) + 1))
        assert closed(line)[0] == 1009
    with plug(service) as line, pytest.raises(ConnectionClosed):
        for _ in range(40):
            says(line, "garbage")
    with plug(service) as line:
        says(line, handshake())
        says(line, details())
        with suppress(ConnectionClosed):
            for _ in range(3000):
                line.send(json.dumps(level()))
        assert closed(line) == (1008, "more messages than anybody needs")
    assert not service.listener.told()
    service.run(inbox())


def test_slow_ones_hold_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "OPENING_S", 0.3)
    monkeypatch.setattr(listening, "SPARE", 4)
    with edge() as service:
        address = ("127.0.0.1", service.listener.port)
        slow = [socket.create_connection(address) for _ in range(12)]
        try:
            for one in slow[:4]:
                one.send(b"GET / HTTP/1.1\r\n")
            for one in slow:
                one.settimeout(10)
                try:
                    while one.recv(1000):
                        pass
                except ConnectionResetError:
                    pass
        finally:
            for one in slow:
                one.close()
        assert service.listener.ended["too many connections"] >= 7
        with plug(service) as silent:
            assert closed(silent) == (1008, "no handshake in time")
        with plug(service) as line:
            assert says(line, handshake())["status"] == "OK"


def test_one_that_died_without_a_word_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    with edge(answer="0.2 s") as service:
        dead = plug(service)
        says(dead, handshake())
        says(dead, details())
        held = service.listener._sessions[HOUSE][1]

        async def mute() -> None:
            held.transport.pause_reading()

        service.listener.call(mute())
        with plug(service) as line:
            assert says(line, handshake())["status"] == "OK"
            assert says(line, details())["status"] == "OK"
        dead.socket.close()


def test_a_port_that_is_taken_is_said_in_words() -> None:
    with edge() as service, pytest.raises(UnreachableError, match="cannot be listened on"):
        S2Service(settings(port=service.listener.port), "house_edge", Place("town", Path()))
