"""The Modbus backend: exceptions, silent devices, frozen, killed and slow plants."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from adapters.assets.modbus.configuration import ModbusConfiguration
from rami.asset.live import LinkState, Taken
from rami.core.errors import ConfigurationError, UnreachableError
from rami.core.quality import Reason, is_bad, is_good
from tests.adapters.assets.live.case import Clock, wait_until
from tests.adapters.assets.modbus.conftest import (
    INPUTS,
    MAP,
    OUTPUTS,
    Opened,
    fill,
    taken,
    wrote,
)
from tests.adapters.assets.modbus_process import ModbusPlant


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
    refused, done = wrote(backend, a_u=0.3, a_P_set=500.0)
    assert (refused.taken, done.taken) == (Taken.REFUSED, Taken.DONE)
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
    # a command may come while the silent one is waited for, and be told as lost; not for long
    wait_until(lambda: taken(wrote(backend, a_u=0.3)) == [Taken.DONE], "device 1 takes commands")
    (lost,) = wrote(backend, b_u=1.0)
    assert (lost.taken, "may have been taken" in lost.why) == (Taken.LOST, True)
    plant.tell("well")
    wait_until(lambda: is_good(backend.observe().quality).all(), "device 2 is back")


def test_a_frozen_plant_and_the_same_thawed(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.freeze()
    try:
        wait_until(lambda: backend.link().state is LinkState.LOST, "the loss is seen")
        assert np.isfinite(backend.observe().values).all()
        assert taken(wrote(backend, a_u=0.3)) == [Taken.LOST]
    finally:
        plant.thaw()
    wait_until(lambda: backend.link().state is LinkState.OPEN, "the link is back")
    assert backend.link().losses == 1


def test_a_plant_started_anew(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened()
    plant.kill()
    wait_until(lambda: backend.link().state is LinkState.LOST, "the loss is seen")
    plant.start()
    fill(plant)
    wait_until(lambda: backend.link().state is LinkState.OPEN, "the link is back")
    wait_until(lambda: is_good(backend.observe().quality).all(), "good again")
    assert taken(wrote(backend, a_u=0.3)) == [Taken.DONE]
    assert plant.get(1, "holding", 0) == [300]


def test_a_slow_plant_is_waited_for(plant: ModbusPlant, opened: Opened) -> None:
    backend = opened(timeout="5 s")
    plant.tell("slow", 0.05)
    assert taken(wrote(backend, a_u=0.4, b_u=1.0)) == [Taken.DONE] * 2
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
    monkeypatch.setitem(sys.modules, "pymodbus.client", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'rami-twins\[modbus\]'"):
        declared.open_live(tmp_path, "hts", INPUTS, OUTPUTS, clock)
