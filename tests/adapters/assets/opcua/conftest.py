"""A plant's OPC UA server in a process of its own, and a backend on it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.assets.opcua.backend import OpcuaBackend
from adapters.assets.opcua.configuration import OpcuaConfiguration
from rami.core.points import Direction, Point, PointIndex
from tests.adapters.assets.opcua.plant_server import NODES, PlantServer

INPUTS = PointIndex(
    [
        Point("hp.u", "share", Direction.ACTUATED, low=0.0, high=1.0),
        Point("pump.u", "share", Direction.ACTUATED, low=0.0, high=1.0),
        Point("chp.engines_on", "share", Direction.ACTUATED, low=0.0, high=4.0),
    ]
)
OUTPUTS = PointIndex(
    [
        Point("hp.P_el", "power", low=0.0, high=600.0),
        Point("hex.T_out", "temperature"),
        Point("hex.m", "mass_flow", low=0.0),
    ]
)
MAP = """point,node,unit,scale
hp.u,nsu=urn:plant;s=hp.u,1,
pump.u,nsu=urn:plant;s=pump.u,%,
chp.engines_on,nsu=urn:plant;s=chp.engines_on,1,
hp.P_el,nsu=urn:plant;s=hp.P_el,,
hex.T_out,nsu=urn:plant;/Plant/hex.T_out,K,
hex.m,nsu=urn:plant;s=hex.m,t/h,0.1
"""
#: deadline of what must happen at once on any machine
SOON = 20.0


def until(holds: Callable[[], Any], within: float = SOON) -> Any:
    """Wait for a condition; its value."""
    end = time.monotonic() + within
    while not (value := holds()):
        assert time.monotonic() < end, "it did not come to hold"
        threading.Event().wait(0.01)
    return value


@pytest.fixture
def serve() -> Iterator[Callable[..., PlantServer]]:
    """Make servers; they end with the test."""
    made: list[PlantServer] = []

    def start(**wanted: Any) -> PlantServer:
        made.append(PlantServer(**wanted))
        return made[-1]

    yield start
    for server in made:
        with suppress(ProcessLookupError):
            os.kill(server.process.pid, signal.SIGCONT)
        server.kill()


@pytest.fixture(scope="module")
def _usual() -> Iterator[PlantServer]:
    server = PlantServer()
    yield server
    server.kill()


@pytest.fixture
def plant(_usual: PlantServer) -> Iterator[PlantServer]:
    """The usual server, as if just started; a test may kill and start it."""
    yield _usual
    if _usual.process.poll() is not None:
        _usual.start(nodes=NODES)
    else:
        assert _usual.do("reset", nodes=NODES) == "ok"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., OpcuaBackend]]:
    """Make backends, not connected; they are closed with the test."""
    backends: list[OpcuaBackend] = []

    def make(url: str, rows: str = MAP, name: str = "hts.csv", **more: Any) -> OpcuaBackend:
        (tmp_path / name).write_text(rows, encoding="utf-8")
        quick = {
            "sampling": "50 ms",
            "keep_alive": "200 ms",
            "timeout": "2 s",
            "stale_age": "1 s",
            "retries": {"first": "20 ms", "longest": "100 ms"},
        }
        said = {"endpoint": url, "nodes": name, **quick, **more}
        configuration = OpcuaConfiguration.model_validate(said)
        backend = configuration.open_live(tmp_path, "hts", INPUTS, OUTPUTS)
        backends.append(backend)
        return backend

    yield make
    for backend in backends:
        backend.close()


@pytest.fixture
def opened(made: Callable[..., OpcuaBackend]) -> Callable[..., OpcuaBackend]:
    """Make backends and connect them."""

    def make(url: str, *words: Any, **more: Any) -> OpcuaBackend:
        backend = made(url, *words, **more)
        backend.open()
        return backend

    return make


def command(backend: OpcuaBackend, **wanted: float) -> dict[str, Any]:
    """Set-points by name (`hp_u` for hp.u); the answers by point."""
    values, chosen = np.full(len(INPUTS), np.nan), np.zeros(len(INPUTS), np.bool_)
    for name, value in wanted.items():
        place = INPUTS[name.replace("_", ".", 1)]
        values[place], chosen[place] = value, True
    return {INPUTS.names[a.place]: a for a in backend.command(values, chosen)}


def value(backend: OpcuaBackend, name: str) -> float:
    """One output."""
    return float(backend.observe().values[OUTPUTS[name]])
