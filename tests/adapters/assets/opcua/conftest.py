"""A plant's OPC UA server in a process of its own, and a backend on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.assets.opcua.backend import OpcuaBackend
from adapters.assets.opcua.configuration import OpcuaConfiguration
from rami.core.points import Direction, Point, PointIndex
from tests.conftest import REPOSITORY

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
NODES: list[dict[str, Any]] = [
    {"name": "hp.u", "value": 0.2, "writable": True, "range": [0.0, 1.0]},
    {"name": "pump.u", "value": 50.0, "type": "Float", "writable": True},
    {"name": "chp.engines_on", "value": 1, "type": "Int16", "writable": True},
    {"name": "hp.P_el", "value": 120000.0, "unit": [5723220, "W"]},
    {"name": "hex.T_out", "value": 353.15, "unit": [4932940, "K"]},
    {"name": "hex.m", "value": 36, "type": "Int32"},
    {"name": "elsewhere", "value": 0.0, "writable": True},
]
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


class PlantServer:
    """The server's process, its address, its manners."""

    def __init__(self, **wanted: Any) -> None:
        self.wanted: dict[str, Any] = {"nodes": NODES, **wanted}
        self.start()

    def start(self, **changes: Any) -> None:
        """A fresh process on the port of the first."""
        self.wanted |= changes
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.adapters.assets.opcua.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=REPOSITORY,
        )
        self._say(self.wanted)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the server did not start"
        self.wanted["port"] = int(self.url.rpartition(":")[2].partition("/")[0])

    def _say(self, said: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()

    def do(self, command: str, **said: Any) -> Any:
        """One command and its answer."""
        self._say({"do": command, **said})
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        """Gone without a word."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Accepts, but never answers."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)


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
