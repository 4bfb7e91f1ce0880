"""The adapters against emulated plants, by the maps that the emulator writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from adapters.assets.modbus.configuration import ModbusConfiguration
from adapters.assets.opcua.configuration import OpcuaConfiguration
from rami.asset.live import LinkState, Taken
from rami.core.quality import is_good
from services.assemble.emulated import points
from services.emulate.map_written import node_map, register_map
from tests.services.emulate.conftest import PATIENCE_S, Running, started
from twins.site.site import Site

TWIN = "hts"


@dataclass
class Reached:
    """An emulator and a backend that reaches it."""

    running: Running
    backend: Any


@pytest.fixture(scope="module", params=["opcua", "modbus"])
def reached(
    request: pytest.FixtureRequest,
    reference_site_file: Path,
    site: Site,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Reached]:
    kind, folder = request.param, tmp_path_factory.mktemp("maps")
    topology = site.topology.twins[TWIN]
    inputs, outputs = points(topology)
    running = started(reference_site_file, "--twin", TWIN, f"--{kind}", "0", "--lockstep")
    configuration: Any
    text = node_map(TWIN, inputs, outputs) if kind == "opcua" else register_map(inputs, outputs)
    (folder / "map.csv").write_text(text)
    # what the map says of the heartbeat, as it would be written in the site file
    heartbeat = yaml.safe_load(text.splitlines()[-1].partition(": ")[2])
    heartbeat["heartbeat"] |= {"period": "50 ms", "limit": "30 s"}
    if kind == "opcua":
        configuration = OpcuaConfiguration.model_validate(
            {"endpoint": running.told["opcua"], "nodes": "map.csv", "sampling": "100 ms"}
            | heartbeat
            | {"retries": {"first": "200 ms", "longest": "200 ms"}}
        )
    else:
        host, _, port = running.told["modbus"].partition(":")
        configuration = ModbusConfiguration.model_validate(
            {"host": host, "port": int(port), "registers": "map.csv", "period": "100 ms"}
            | heartbeat
            | {"retries": {"first": "200 ms", "longest": "200 ms"}}
        )
    problems, notes = configuration.check_points(folder, topology.points.points)
    assert [*problems, *notes] == []
    backend = configuration.open_live(folder, TWIN, inputs, outputs)
    backend.open()
    yield Reached(running, backend)
    backend.close()
    running.end()


def _until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


def _told(reached: Reached, name: str) -> float:
    return float(reached.backend.observe().values[reached.backend.outputs[name]])


def _command(reached: Reached, **wanted: float) -> None:
    backend = reached.backend
    values, chosen = np.zeros(len(backend.inputs)), np.zeros(len(backend.inputs), np.bool_)
    for name, value in wanted.items():
        place = backend.inputs[name.replace("__", ".")]
        values[place], chosen[place] = value, True
    answers = backend.command(values, chosen)
    assert [a.taken for a in answers] == [Taken.DONE] * len(wanted), answers


def test_all_points_are_told(reached: Reached) -> None:
    _until(lambda: bool(is_good(reached.backend.observe().quality).all()), "all points good")
    truth = reached.running.control.ask({"truth": True})["values"]
    assert _told(reached, "hs.T_1") == pytest.approx(truth["hs.T_1"], abs=1.0)


def test_the_plant_obeys_and_tells(reached: Reached) -> None:
    _command(reached, hex_hnht_valve__u=0.5, hex_hnht_pump__u=0.5)
    reached.running.control.ask({"around": {"hex_hnht_border.T_take": 112.5}})
    reached.running.control.ask({"advance": 30})
    truth = reached.running.control.ask({"truth": True})["values"]
    assert truth["hex_hnht.P"] > 500.0
    close = pytest.approx(truth["hex_hnht.P"], rel=0.1)
    _until(lambda: _told(reached, "hex_hnht.P") == close, "the power of the exchanger")
    assert truth["hex_hnht.T_hot_in"] == pytest.approx(112.5, abs=1.0)


def test_a_refused_write_is_told_as_such(reached: Reached) -> None:
    backend = reached.backend
    reached.running.control.ask({"fault": "refuse:ih.u"})
    chosen = np.zeros(len(backend.inputs), np.bool_)
    chosen[backend.inputs["ih.u"]] = True
    (answer,) = backend.command(np.full(len(backend.inputs), 0.5), chosen)
    assert answer.taken is Taken.REFUSED
    reached.running.control.ask({"clear": "all"})


def test_a_lost_link_comes_back(reached: Reached) -> None:
    before = reached.backend.link().losses
    reached.running.control.ask({"fault": "link,for=60"})
    _until(lambda: reached.backend.link().state is LinkState.LOST, "the link is lost")
    reached.running.control.ask({"advance": 61})
    _until(lambda: reached.backend.link().state is LinkState.OPEN, "the link is back")
    assert reached.backend.link().losses == before + 1
    _until(lambda: bool(is_good(reached.backend.observe().quality).all()), "all points good")


def _silent_s(reached: Reached) -> float:
    reached.running.control.ask({"advance": 1})
    return float(reached.running.control.ask({"status": True})["silent"])


def test_the_heartbeat_keeps_it_out_of_its_safe_state(reached: Reached) -> None:
    _command(reached, hex_hnht_pump__u=0.5)
    for _ in range(4):
        reached.backend.beat()
        reached.running.control.ask({"advance": 20})
        _until(lambda: _silent_s(reached) <= 1.0, "a beat is seen")
    assert reached.running.control.ask({"status": True})["control"] == "remote"
