"""The emulator seen by pymodbus."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.emulate.register_layout import Register, laid_out
from tests.services.emulate.conftest import Make, Running, started


@pytest.fixture(scope="module")
def running(reference_site_file: Path) -> Iterator[Running]:
    one = started(
        reference_site_file, "--twin", "dhs", "--modbus", "0", "--lockstep", "--seed", "3"
    )
    yield one
    one.end()


@pytest.fixture
def client(running: Running, peer: Any) -> Iterator[Any]:
    host, _, port = running.told["modbus"].partition(":")
    one = peer("pymodbus.client").ModbusTcpClient(host, port=int(port), retries=0)
    assert one.connect()
    yield one
    one.close()


@pytest.fixture(scope="module")
def layout(make: Make) -> tuple[dict[str, Register], dict[str, Register]]:
    plc = make("dhs", alone=True)
    measured, held = laid_out(plc.outputs), laid_out(plc.inputs)
    return {r.name: r for r in measured}, {r.name: r for r in held}


Layout = tuple[dict[str, Register], dict[str, Register]]


def _read(client: Any, register: Register, holding: bool = False) -> float:
    ask = client.read_holding_registers if holding else client.read_input_registers
    answer = ask(register.address, count=register.count)
    assert not answer.isError(), answer
    return register.decoded(answer.registers)


def test_values_are_those_of_the_plant(client: Any, running: Running, layout: Layout) -> None:
    running.control.ask({"advance": 60})
    truth = running.control.ask({"truth": True})["values"]
    measured, _ = layout
    assert _read(client, measured["town.T_in"]) == pytest.approx(truth["town.T_in"], abs=1.0)
    assert _read(client, measured["town.E"]) == pytest.approx(truth["town.E"], rel=0.02)
    assert _read(client, measured["town.m"]) == pytest.approx(truth["town.m"], rel=0.03)


def test_write_and_read_back(client: Any, running: Running, layout: Layout) -> None:
    _, held = layout
    for name, value in (("boiler.u", 0.4321), ("chp.engines_on", 2.0)):
        answer = client.write_registers(held[name].address, list(held[name].encoded(value)))
        assert not answer.isError()
        assert _read(client, held[name], holding=True) == pytest.approx(value)
    assert not client.write_register(held["boiler.u"].address, 5000).isError()
    running.control.ask({"advance": 1})
    assert _read(client, held["boiler.u"], holding=True) == pytest.approx(0.5)
    assert client.read_input_registers(2, count=1).registers == [1]


def test_wrong_writes_are_exceptions(client: Any, layout: Layout) -> None:
    _, held = layout
    boiler, engines = held["boiler.u"], held["chp.engines_on"]
    nan = list(struct.unpack(">2H", struct.pack(">f", float("nan"))))
    for address, words, code in (
        (boiler.address, [10001], 3),
        (engines.address, nan, 3),
        (engines.address, list(engines.encoded(9.0)), 3),
        (engines.address, [0], 3),
        (5000, [0], 2),
        (3, [0], 2),
    ):
        answer = client.write_registers(address, words)
        assert answer.isError() and answer.exception_code == code, (address, words)
    assert client.read_input_registers(60000, count=2).exception_code == 2
    assert client.read_coils(0, count=1).exception_code == 1


def test_one_request_is_taken_whole_or_not(client: Any, layout: Layout) -> None:
    _, held = layout
    first, second = held["chp.u"], held["chp.engines_on"]
    assert second.address == first.address + first.count
    client.write_registers(first.address, list(first.encoded(0.6)))
    words = [*first.encoded(0.9), *second.encoded(99.0)]
    assert client.write_registers(first.address, words).isError()
    assert _read(client, first, holding=True) == pytest.approx(0.6)


def test_heartbeat(client: Any, running: Running) -> None:
    beat = client.read_holding_registers(0, count=1).registers[0]
    assert not client.write_register(0, (beat + 1) % 65536).isError()
    running.control.ask({"advance": 1})
    assert client.read_input_registers(2, count=1).registers == [1]
    running.control.ask({"advance": 31})
    assert client.read_input_registers(2, count=1).registers == [2]


def test_refused_broken_and_lost(client: Any, running: Running, layout: Layout, peer: Any) -> None:
    measured, held = layout
    running.control.ask({"fault": "refuse"})
    answer = client.write_registers(held["boiler.u"].address, [1])
    assert answer.exception_code == 4
    running.control.ask({"fault": "broken:town.T_in"})
    running.control.ask({"advance": 1})
    place = measured["town.T_in"]
    assert client.read_input_registers(place.address, count=1).registers == [0x8000]
    running.control.ask({"clear": "all"})
    running.control.ask({"fault": "link,for=10"})
    with pytest.raises((peer("pymodbus.exceptions").ModbusException, OSError)):
        client.read_input_registers(place.address, count=1)
    client.close()
    assert not client.connect()
    running.control.ask({"advance": 11})
    assert client.connect()
    assert _read(client, place) > 50.0
