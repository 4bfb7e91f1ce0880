"""The Modbus backend on a server in another process: faults, writes, several devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from adapters.assets.modbus.backend import ModbusBackend
from adapters.assets.modbus.configuration import ModbusConfiguration
from rami.asset.live import Answer, LinkState, Taken
from rami.core.errors import ConfigurationError, UnreachableError
from rami.core.points import Direction, Point, PointIndex
from rami.core.quality import Reason, is_bad, is_good
from tests.adapters.assets.live.case import Clock, wait_until
from tests.adapters.assets.modbus_process import ModbusPlant

INPUTS = PointIndex(
    [
        Point("a.u", "share", Direction.ACTUATED),
        Point("a.P_set", "power", Direction.ACTUATED),
        Point("a.on", "share", Direction.ACTUATED),
        Point("a.ready", "share", Direction.ACTUATED),
        Point("b.u", "share", Direction.ACTUATED),
    ]
)
OUTPUTS = PointIndex(
    [Point("a.T", "temperature"), Point("a.P", "power"), Point("b.T", "temperature")]
)
MAP = """\
point,device,table,address,type,scale,unit,invalid
a.u,1,holding,0,int16,0.1,%,
a.P_set,1,holding,1,uint16,1,kW,
a.on,1,holding,2,bit3,,,
a.ready,1,holding,2,bit4,,,
b.u,2,coil,8,bool,,,
a.T,1,input,0,int16,0.1,degC,-32768
a.P,1,input,4,int16,1,kW,
b.T,2,input,0,int16,0.1,degC,
"""
EVERY = np.ones(len(INPUTS), np.bool_)
Opened = Callable[..., ModbusBackend]


@pytest.fixture(scope="module")
def server() -> Iterator[ModbusPlant]:
    plant = ModbusPlant()
    yield plant
    plant.close()


@pytest.fixture
def plant(server: ModbusPlant) -> ModbusPlant:
    _fill(server)
    return server


def _fill(server: ModbusPlant) -> None:
    server.tell("well")
    server.set(1, "holding", 0, [250, 100, 0x8001])
    server.set(2, "coil", 8, [0])
    server.set(1, "input", 0, [600, 0, 0, 0, 70])
    server.set(2, "input", 0, [450])
    server.tell("requests")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(plant: ModbusPlant, tmp_path: Path, clock: Clock) -> Iterator[Opened]:
    backends: list[ModbusBackend] = []

    def open_one(text: str = MAP, **settings: object) -> ModbusBackend:
        (tmp_path / "map.csv").write_text(text, encoding="utf-8")
        declared = ModbusConfiguration.model_validate(
            {
                "host": "127.0.0.1",
                "port": plant.port,
                "registers": "map.csv",
                "period": "10 ms",
                "timeout": "300 ms",
                "stale_age": "5 s",
                "retries": {"first": "10 ms", "longest": "50 ms"},
                **settings,
            }
        )
        backend = declared.open_live(tmp_path, "hts", INPUTS, OUTPUTS, clock)
        backends.append(backend)
        backend.open()
        return backend

    yield open_one
    for backend in backends:
        backend.close()


def _wrote(backend: ModbusBackend, **wanted: float) -> list[Answer]:
    values, chosen = np.full(len(INPUTS), np.nan), np.zeros(len(INPUTS), np.bool_)
    for name, value in wanted.items():
        place = INPUTS[name.replace("_", ".", 1)]
        values[place], chosen[place] = value, True
    return list(backend.command(values, chosen))


def _taken(answers: Sequence[Answer]) -> list[Taken]:
    return [a.taken for a in answers]


def test_few_requests(plant: ModbusPlant, opened: Opened) -> None:
    plant.tell("requests")
    backend = opened(period="10 min", stale_age="20 min", bridge=0)
    wait_until(lambda: is_good(backend.observe().quality).all(), "values")
    reads = {tuple(r[1:]) for r in plant.tell("requests") if r[0] == "read"}
    assert reads == {
        (1, "holding", 0, 3),
        (1, "input", 0, 1),
        (1, "input", 4, 1),
        (2, "coil", 8, 1),
        (2, "input", 0, 1),
    }
    assert backend.observe().values.tolist() == pytest.approx([60.0, 70.0, 45.0])


def test_gaps_are_bridged(plant: ModbusPlant, opened: Opened) -> None:
    opened(period="10 min", stale_age="20 min", bridge=3)
    assert ["read", 1, "input", 0, 5] in plant.tell("requests")


def test_a_gap_that_is_not_there_is_gone_round(plant: ModbusPlant, opened: Opened) -> None:
    plant.tell("fault", 1, "input", 2, 2, 0)
    backend = opened(bridge=3)
    wait_until(lambda: is_good(backend.observe().quality).all(), "values")
    assert not backend.link().trouble


def test_side_by_side_in_one_write(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.tell("requests")
    assert _taken(_wrote(backend, a_u=0.3, a_P_set=500.0)) == [Taken.DONE] * 2
    assert [r for r in plant.tell("requests") if r[0] == "write"] == [["write", 1, "holding", 0, 2]]
    assert plant.get(1, "holding", 0, 3) == [300, 500, 0x8001]


def test_single_writes(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened(writes="single")
    plant.tell("requests")
    assert _taken(_wrote(backend, a_u=0.3, a_P_set=500.0, b_u=1.0)) == [Taken.DONE] * 3
    writes = [r for r in plant.tell("requests") if r[0] == "write"]
    assert [r[-1] for r in writes] == [1, 1, 1]
    assert plant.get(2, "coil", 8) == [1]


def test_bits_leave_the_others_alone(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.tell("requests")
    assert _taken(_wrote(backend, a_on=1.0, a_ready=1.0)) == [Taken.DONE] * 2
    assert plant.get(1, "holding", 2) == [0x8019]
    assert len([r for r in plant.tell("requests") if r[0] == "write"]) == 1
    assert _taken(_wrote(backend, a_on=0.0)) == [Taken.DONE]
    assert plant.get(1, "holding", 2) == [0x8011]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"a_P_set": 65536.0}, "does not fit uint16"),
        ({"a_P_set": -1.0}, "does not fit uint16"),
        ({"a_u": 33.0}, "does not fit int16"),
        ({"b_u": 0.5}, "neither 0 nor 1"),
        ({"a_P_set": 1e308}, "does not fit uint16"),
    ],
)
def test_what_does_not_fit_is_not_sent(
    plant: ModbusPlant, opened: Opened, wanted: dict[str, float], why: str
) -> None:
    backend = opened()
    plant.tell("requests")
    (answer,) = _wrote(backend, **wanted)
    assert answer.taken is Taken.REFUSED
    assert why in answer.why
    assert not [r for r in plant.tell("requests") if r[0] == "write"]


def test_what_the_device_does_not_hold_is_told(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.tell("deaf", 1, 1)
    taken, ignored = _wrote(backend, a_u=0.3, a_P_set=500.0)
    assert (taken.taken, ignored.taken) == (Taken.DONE, Taken.REFUSED)
    assert ignored.why.endswith("wrote 500, the device holds 100")
    assert _taken(_wrote(opened(verify=False), a_P_set=500.0)) == [Taken.DONE]


def test_nothing_is_written_where_writes_are_none(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened(writes="none")
    assert _taken(_wrote(backend, a_u=0.3)) == [Taken.REFUSED]
    assert plant.get(1, "holding", 0) == [250]


def test_exceptions_of_the_device(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.tell("fault", 1, "input", 4, 6, 0)
    wait_until(lambda: is_bad(backend.observe().quality).any(), "a bad value")
    seen = backend.observe()
    assert np.isfinite(seen.values).all()
    assert is_good(seen.quality)[2], "the other device is well"
    assert backend.link().state is LinkState.OPEN
    wait_until(lambda: "device busy" in backend.link().trouble, "words")
    plant.tell("fault", 1, "holding", 0, 0, 4)
    refused, taken = _wrote(backend, a_u=0.3, a_P_set=500.0)
    assert (refused.taken, taken.taken) == (Taken.REFUSED, Taken.DONE)
    assert "device failure (exception 4)" in refused.why
    plant.tell("well")
    wait_until(lambda: is_good(backend.observe().quality).all(), "good again")
    wait_until(lambda: not backend.link().trouble, "no trouble")


def test_no_value_by_the_devices_own_word(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.set(1, "input", 0, [0x8000])
    wait_until(lambda: bool(backend.observe().quality[0] & Reason.MISSING), "missing")
    assert backend.observe().values[0] == pytest.approx(60.0)
    plant.set(1, "input", 0, [610])
    wait_until(lambda: is_good(backend.observe().quality).all(), "good again")


def test_a_silent_device_does_not_stop_the_other(
    plant: ModbusPlant, opened: Opened, clock: Clock
) -> None:
    backend = opened()
    plant.tell("silent", [2])
    wait_until(lambda: "device 2" in backend.link().trouble, "device 2 is missed")
    clock.forward(6.0)
    plant.set(1, "input", 0, [700])

    def only_the_other() -> bool:
        seen = backend.observe()
        return seen.values[0] == pytest.approx(70.0) and is_good(seen.quality).tolist() == [
            True,
            True,
            False,
        ]

    wait_until(only_the_other, "device 1 goes on, device 2 is stale")
    assert backend.link().state is LinkState.OPEN
    assert backend.link().losses == 0
    assert _taken(_wrote(backend, a_u=0.3)) == [Taken.DONE]
    (lost,) = _wrote(backend, b_u=1.0)
    assert (lost.taken, "may have been taken" in lost.why) == (Taken.LOST, True)
    plant.tell("well")
    wait_until(lambda: is_good(backend.observe().quality).all(), "device 2 is back")


def test_a_frozen_plant_and_the_same_thawed(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.freeze()
    try:
        wait_until(lambda: backend.link().state is LinkState.LOST, "the loss is seen")
        assert np.isfinite(backend.observe().values).all()
        assert _taken(_wrote(backend, a_u=0.3)) == [Taken.LOST]
    finally:
        plant.thaw()
    wait_until(lambda: backend.link().state is LinkState.OPEN, "the link is back")
    assert backend.link().losses == 1


def test_a_plant_started_anew(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.kill()
    wait_until(lambda: backend.link().state is LinkState.LOST, "the loss is seen")
    plant.start()
    _fill(plant)
    wait_until(lambda: backend.link().state is LinkState.OPEN, "the link is back")
    wait_until(lambda: is_good(backend.observe().quality).all(), "good again")
    assert _taken(_wrote(backend, a_u=0.3)) == [Taken.DONE]
    assert plant.get(1, "holding", 0) == [300]


def test_a_slow_plant_is_waited_for(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened(timeout="5 s")
    plant.tell("slow", 0.05)
    assert _taken(_wrote(backend, a_u=0.4, b_u=1.0)) == [Taken.DONE] * 2
    assert backend.link().state is LinkState.OPEN


def test_a_device_that_is_away_when_it_is_opened(plant: ModbusPlant, opened: Opened) -> None:
    plant.tell("silent", [2])
    with pytest.raises(UnreachableError, match="device 2: no answer in time"):
        opened()


def test_optional_registers_may_be_missing(opened: Opened) -> None:
    text = MAP.replace("invalid\n", "invalid,optional\n").replace("a.P,1,input,4", "a.P,1,input,9")
    with pytest.raises(ConfigurationError, match=r"map.csv:8: a.P: device 1, input 9 cannot be"):
        opened(text)
    backend = opened(text.replace("9,int16,1,kW,", "9,int16,1,kW,,true"))
    assert is_good(backend.observe().quality).tolist() == [True, False, True]


def test_pymodbus_missing(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "map.csv").write_text(MAP, encoding="utf-8")
    declared = ModbusConfiguration.model_validate({"host": "h", "registers": "map.csv"})
    monkeypatch.setitem(__import__("sys").modules, "pymodbus.client", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'rami-twins\[modbus\]'"):
        declared.open_live(tmp_path, "hts", INPUTS, OUTPUTS, clock)
