"""The heartbeat node of a plant behind an OPC UA server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.assets.opcua.backend import OpcuaBackend
from adapters.assets.opcua.configuration import OpcuaConfiguration
from rami.asset.live import Beating, LinkState
from rami.core.errors import ConfigurationError
from tests.adapters.assets.opcua.conftest import INPUTS, MAP, OUTPUTS, until, value
from tests.adapters.assets.opcua.plant_server import NODES, PlantServer

NODE = "nsu=urn:plant;s=plc.heart"
HEART = {"node": NODE, "period": "20 ms", "limit": "30 s"}
Opened = Callable[..., OpcuaBackend]


def _with(plant: PlantServer, **more: Any) -> None:
    node = {"name": "plc.heart", "value": 0, "type": "UInt32", "writable": True, **more}
    assert plant.do("reset", nodes=[*NODES, node]) == "ok"


def _held(plant: PlantServer) -> float:
    return float(plant.do("get", name="plc.heart")[0])


def test_it_counts_while_the_loop_beats(plant: PlantServer, opened: Opened) -> None:
    _with(plant)
    backend = opened(plant.url, heartbeat=HEART | {"limit": "300 ms"})
    assert isinstance(backend, Beating)
    assert _held(plant) == 0
    backend.beat()
    until(lambda: _held(plant) > 2)
    assert backend.link().trouble == ""
    heart = backend._heartbeat.heart  # type: ignore[union-attr]
    until(lambda: not heart.alive)
    _heard(plant, backend, 130000.0)  # what was on its way then has come
    last = _held(plant)
    _heard(plant, backend, 140000.0)
    assert _held(plant) == last


def _heard(plant: PlantServer, backend: OpcuaBackend, watts: float) -> None:
    """A value went the whole way."""
    plant.do("set", name="hp.P_el", value=watts)
    until(lambda: value(backend, "hp.P_el") == watts / 1000.0)


def test_a_boolean_in_turns(plant: PlantServer, opened: Opened) -> None:
    _with(plant, value=False, type="Boolean")
    backend = opened(plant.url, heartbeat=HEART | {"kind": "toggle"})
    backend.beat()
    for wanted in (True, False, True):
        until(lambda wanted=wanted: _held(plant) == wanted)  # type: ignore[misc]


def test_it_goes_on_over_a_new_link(plant: PlantServer, opened: Opened) -> None:
    _with(plant)
    backend = opened(plant.url, heartbeat=HEART)
    backend.beat()
    until(lambda: _held(plant) > 0)
    plant.kill()
    until(lambda: backend.link().state is LinkState.LOST)
    node = {"name": "plc.heart", "value": 0, "type": "UInt32", "writable": True}
    plant.start(nodes=[*NODES, node])
    until(lambda: _held(plant) > 0)


@pytest.mark.parametrize(
    ("changes", "settings", "why"),
    [
        ({"name": "plc.other"}, {}, "no such node"),
        ({"writable": False}, {}, "cannot be written by this user"),
        ({"value": "x", "type": "String"}, {}, "holds String; wanted a number"),
        ({"value": False, "type": "Boolean"}, {}, "wanted `kind: toggle`"),
        ({"type": "UInt16"}, {"kind": "time"}, "a time needs 32 bits"),
    ],
)
def test_one_that_cannot_serve_is_told_when_it_is_opened(
    changes: dict[str, Any], settings: dict[str, Any], why: str, plant: PlantServer, opened: Opened
) -> None:
    _with(plant, **changes)
    with pytest.raises(ConfigurationError, match=why) as caught:
        opened(plant.url, heartbeat=HEART | settings)
    assert f"heartbeat: {NODE}: " in str(caught.value)


def test_what_is_wrong_is_told_before(tmp_path: Path) -> None:
    (tmp_path / "hts.csv").write_text(MAP, encoding="utf-8")

    def problems(node: str, **more: Any) -> list[str]:
        said = {"endpoint": "opc.tcp://x", "nodes": "hts.csv", "heartbeat": {"node": node}, **more}
        declared = OpcuaConfiguration.model_validate(said)
        found, _ = declared.check_points(tmp_path, [*INPUTS.points, *OUTPUTS.points])
        return [str(p) for p in found]

    assert problems(NODE) == []
    assert problems("nsu=urn:plant;s=pump.u") == ["hts.csv:3: pump.u has the node of the heartbeat"]
    (wrong,) = problems("plc heart")
    assert wrong.startswith("hts.csv: heartbeat: ")
    with pytest.raises(ValidationError, match="a `heartbeat` is written"):
        problems(NODE, writes=False)
