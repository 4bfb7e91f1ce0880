"""Real servers in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.information.series import Series
from tests.conftest import REPOSITORY

GRID = TimeGrid.of("2019-01-14T00:00Z", 900, 16)
SERIES = {
    "cost.iess.hnht": Series("cost.iess.hnht", "energy_price"),
    "P_th_dem_HNHT": Series("P_th_dem_HNHT", "power"),
    "temp_air": Series("temp_air", "temperature"),
}


def started(module: str, *words: str | Path) -> subprocess.Popen[str]:
    """A server, ready when its first line can be read."""
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.adapters.sources.ems.{module}", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=REPOSITORY,
    )


def stopped(process: subprocess.Popen[str]) -> None:
    """End a server and let go of its pipes."""
    process.kill()
    process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    """Its next line."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@dataclass
class HttpServer:
    """The HTTP server, and how to make it behave."""

    process: subprocess.Popen[str]
    url: str

    def behave(self, **manner: Any) -> None:
        """See `http_server`."""
        httpx.put(f"{self.url}/manner", json=manner).raise_for_status()

    def answer(self, *deliveries: dict[str, Any]) -> None:
        """Answer well from now on."""
        self.behave(body=json.dumps(deliveries))

    def seen(self) -> dict[str, Any]:
        """What was asked and received."""
        return cast(dict[str, Any], httpx.get(f"{self.url}/seen").json())


@pytest.fixture
def http_server() -> Iterator[HttpServer]:
    """A fresh server."""
    process = started("http_server")
    try:
        yield HttpServer(process, f"http://127.0.0.1:{line(process)}")
    finally:
        stopped(process)


@dataclass
class OpcuaServer:
    """The OPC UA server, and its nodes from within."""

    process: subprocess.Popen[str]
    url: str

    def set(self, node: str, value: Any, at: str, bad: bool = False) -> None:
        """A value at a source time."""
        assert self.tell({"node": node, "value": value, "at": at, "bad": bad}) == "ok"

    def get(self, node: str) -> Any:
        """A node's value."""
        return json.loads(self.tell({"node": node}))

    def tell(self, said: dict[str, Any]) -> str:
        """One command and its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()
        return line(self.process)


@pytest.fixture(scope="module")
def opcua_server() -> Iterator[OpcuaServer]:
    """One server for a module."""
    process = started("opcua_server")
    try:
        yield OpcuaServer(process, line(process))
    finally:
        stopped(process)


def delivery(**changes: Any) -> dict[str, Any]:
    """A delivery of four hourly values, issued at noon of the day before."""
    return {
        "series": "cost.iess.hnht",
        "unit": "EUR/MWh",
        "issued": "2019-01-13T12:00:00Z",
        "start": "2019-01-14T00:00:00Z",
        "step_s": 3600,
        "values": [30.0, 31.0, 32.0, 33.0],
    } | changes


def balances(value: float = 5.0) -> Frame:
    """What goes back."""
    grid = TimeGrid.of("2019-01-14T00:00Z", 3600, 2)
    import numpy as np

    columns = {
        "hts.hex_hnht_border.E": ("kWh", np.array([1500.0, value])),
        "balance.iess.cost": ("EUR", np.array([-3.5, value])),
    }
    return Frame.of(grid, columns, "meters")


def folder_of(tmp_path: Path) -> Path:
    """A folder to drop files into."""
    folder = tmp_path / "from_ems"
    folder.mkdir()
    return folder
