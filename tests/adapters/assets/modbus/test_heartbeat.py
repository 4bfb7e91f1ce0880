"""The heartbeat register of a plant behind Modbus."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.assets.modbus.configuration import ModbusConfiguration
from rami.asset.live import Beating, Link, LinkState
from rami.core.errors import ConfigurationError
from tests.adapters.assets.live.case import PATIENCE_S
from tests.adapters.assets.modbus.conftest import INPUTS, MAP, OUTPUTS, Opened, wrote
from tests.adapters.assets.modbus_process import ModbusPlant

HEART = {"address": 40, "period": "20 ms", "limit": "30 s"}


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.005)


def _held(plant: ModbusPlant, table: str = "holding") -> int:
    return int(plant.get(1, table, 40, 1)[0])


def test_it_counts_while_the_loop_beats(plant: ModbusPlant, opened: Opened) -> None:
    plant.set(1, "holding", 40, [0])
    backend = opened(heartbeat=HEART | {"limit": "1 s"})
    assert isinstance(backend, Beating)
    first = backend.link()
    assert _held(plant) == 0
    for more in (3, 6):
        backend.beat()
        _until(lambda more=more: _held(plant) >= more)  # type: ignore[misc]
    assert wrote(backend, a_u=0.5)[0].why == ""
    assert backend.link() == first


def test_a_loop_that_hangs_lets_it_die(plant: ModbusPlant, opened: Opened) -> None:
    plant.set(1, "holding", 40, [0])
    backend = opened(heartbeat=HEART | {"limit": "200 ms"})
    backend.beat()
    _until(lambda: _held(plant) > 0)
    heart = backend._heartbeat.heart  # type: ignore[union-attr]
    _until(lambda: not heart.alive)
    plant.tell("requests")
    _until(lambda: len([r for r in plant.tell("requests") if r[0] == "read"]) > 2)
    last = _held(plant)
    _until(lambda: len([r for r in plant.tell("requests") if r[0] == "read"]) > 2)
    assert _held(plant) == last


def test_a_coil_in_turns(plant: ModbusPlant, opened: Opened) -> None:
    plant.set(1, "coil", 40, [0])
    backend = opened(heartbeat=HEART | {"table": "coil", "kind": "toggle"})
    backend.beat()
    for wanted in (1, 0, 1):
        _until(lambda wanted=wanted: _held(plant, "coil") == wanted)  # type: ignore[misc]


def test_one_that_is_not_there_is_told_when_it_is_opened(
    plant: ModbusPlant, opened: Opened
) -> None:
    with pytest.raises(ConfigurationError, match=r"heartbeat: device 1, holding 41 cannot be read"):
        opened(heartbeat=HEART | {"address": 41})


def test_a_refusal_is_told_by_the_link(plant: ModbusPlant, opened: Opened) -> None:
    plant.set(1, "holding", 40, [0])
    plant.tell("fault", 1, "holding", 40, 0, 4)
    backend = opened(heartbeat=HEART)
    backend.beat()
    _until(lambda: "heartbeat, device 1, holding 40" in backend.link().trouble)
    assert backend.link().state is LinkState.OPEN
    plant.tell("well")
    _until(lambda: backend.link().trouble == "")


def test_it_goes_on_after_a_silence(plant: ModbusPlant, opened: Opened) -> None:
    plant.set(1, "holding", 40, [0])
    backend = opened(heartbeat=HEART)
    backend.beat()
    _until(lambda: _held(plant) > 0)
    plant.tell("silent", [1, 2])
    _until(lambda: backend.link().state is LinkState.LOST)
    plant.tell("well")
    before = _held(plant)
    _until(lambda: _held(plant) > before)
    _until(lambda: isinstance(backend.link(), Link) and backend.link().state is LinkState.OPEN)


def test_what_is_wrong_is_told_before(tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text(MAP, encoding="utf-8")

    def problems(**heart: object) -> list[str]:
        said = {"host": "x", "registers": "map.csv", "heartbeat": heart}
        declared = ModbusConfiguration.model_validate(said)
        found, _ = declared.check_points(tmp_path, [*INPUTS.points, *OUTPUTS.points])
        return [str(p) for p in found]

    assert problems(address=40) == []
    assert problems(address=8) == []
    assert problems(address=0, type="uint32") == [
        "map.csv:2: a.u (device 1, holding 0) is where the heartbeat is written",
        "map.csv:3: a.P_set (device 1, holding 1) is where the heartbeat is written",
    ]
    for said, why in (
        ({"address": 1, "table": "coil"}, "wanted `kind: toggle`"),
        ({"address": 1, "kind": "time"}, "wanted `type: uint32`"),
    ):
        with pytest.raises(ValidationError, match=why):
            problems(**said)
    with pytest.raises(ValidationError, match="a `heartbeat` is written"):
        ModbusConfiguration.model_validate(
            {"host": "x", "registers": "m.csv", "writes": "none", "heartbeat": {"address": 1}}
        )
