"""Clients of other makers, each in a process of its own, on the same station."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from rami.communication.live_site import Request, Verb
from rami.core.event import EventKind, Severity
from tests.conftest import REPOSITORY, peer_absent
from tests.services.opcua.running import Server
from tests.services.opcua.served import PASSWORDS, Keys

HERE = Path(__file__).parent
USER = "operator"
LAYERS = [f"T_{k}" for k in range(1, 25)]
#: of ten minutes that are kept, the first one with its bounds
HISTORY = [60.0, 61.0, 62.0, 63.0, 64.0, 65.0, 66.0]


@pytest.fixture(autouse=True)
def _calm(station: Server) -> Iterator[None]:
    yield
    site = station.loop.site
    for (source, condition), (_, seen) in site.conditions().items():
        site.happened(EventKind.LINK, source, Severity.NOTE, "back", condition=condition)
        if not seen:
            told = {"source": source, "condition": condition, "comment": ""}
            site.ask(Request(Verb.ACKNOWLEDGE, "the test", told), 10.0)


def lines(command: list[str], **environment: str) -> list[dict[str, Any]]:
    """What a client writes."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def comments(station: Server) -> list[str]:
    """What operators said to alarms."""
    events = station.loop.site.events()
    return [str(e.details["comment"]) for e in events if "comment" in e.details]


def test_node_opcua(station: Server, keys: Keys, tmp_path: Path) -> None:
    given = os.environ.get("NODE_OPCUA")
    folder = str(Path(given).resolve()) if given else None
    if not folder:
        peer_absent("node-opcua", "NODE_OPCUA names no folder with node-opcua-client")
    pair = keys["anna"]
    command = ["node", str(HERE / "node_client.js"), str(folder), station.url, str(pair.file)]
    (found,) = lines([*command, str(pair.key_file), USER, PASSWORDS[USER], str(tmp_path)])
    assert list(found["layers"]) == LAYERS
    assert {unit for _, unit in found["layers"].values()} == {"°C"}
    assert found["changes"] > 1
    assert found["called"] == [True, []]
    assert found["alarm"] == ["plant lost", 700, "plant"]
    assert found["acknowledged"] == "Good"
    assert "seen by node-opcua" in comments(station)
    assert found["history"] == HISTORY
    assert found["average"] == [sum(HISTORY[:6]) / 6]
    assert found["refused"] == "BadUserAccessDenied"
    assert found["not_written"] == "BadNotWritable"
    assert found["exchangers"] == exchangers(found["exchangers"])


def exchangers(found: dict[str, Any]) -> dict[str, Any]:
    """Those of the site with their networks and unit; powers as found, all of them numbers."""
    sides = {"hex_hnht": "hnht", "hex_dhs_in": "dhs", "hex_hnlt": "hnlt", "hex_dhs_out": "dhs"}
    assert all(isinstance(one["power"][0], float | int) for one in found.values())
    return {
        name: {"networks": sorted(("circuit", side)), "power": [found[name]["power"][0], "kW"]}
        for name, side in sides.items()
    }


def test_freeopcua(station: Server, keys: Keys) -> None:
    if find_spec("opcua") is None:
        peer_absent("opcua", "pip install 'rami-twins[peers]'")
    pair = keys["anna"]
    command = [sys.executable, str(HERE / "freeopcua_client.py"), station.url, str(pair.file)]
    (found,) = lines([*command, str(pair.key_file), USER, PASSWORDS[USER]])
    assert list(found["layers"]) == LAYERS
    assert {unit for _, unit in found["layers"].values()} == {"°C"}
    assert found["changes"] > 1
    assert found["called"] == [True, []]
    assert found["alarm"] == ["plant lost", 700, "plant"]
    assert found["acknowledged"] == "Good"
    assert "seen by freeopcua" in comments(station)
    assert found["history"] == HISTORY
    assert found["refused"] == "BadUserAccessDenied"
    assert found["not_written"] == "BadNotWritable"


def test_the_window_of_opcua_client(station: Server, keys: Keys, tmp_path: Path) -> None:
    if find_spec("uaclient") is None:
        peer_absent("opcua-client", "pip install 'rami-twins[peers]'")
    pair = keys["anna"]
    user = f"{USER}:{PASSWORDS[USER].replace(' ', '%20')}"
    url = station.url.replace("opc.tcp://", f"opc.tcp://{user}@")
    command = [sys.executable, str(HERE / "qt_client.py"), url, str(pair.file)]
    (found,) = lines(
        [*command, str(pair.key_file), str(tmp_path)],
        QT_QPA_PLATFORM="offscreen", HOME=str(tmp_path), XDG_RUNTIME_DIR=str(tmp_path),
    )  # fmt: skip
    assert list(found["layers"]) == LAYERS
    assert {unit for _, unit in found["layers"].values()} == {"°C"}
    assert all(float(value) > 0 for value, _ in found["layers"].values())
    assert found["changes"] > 1
    assert found["called"] == "StatusCode(value=0)"
    assert found["alarm"] == "plant lost"
    assert found["acknowledged"] == "Good"
    assert "seen in a window" in comments(station)
    assert "BadUserAccessDenied" in found["refused"]


def test_a_stranger_with_asyncua(station: Server, keys: Keys) -> None:
    script = REPOSITORY / "examples" / "opcua" / "heat_exchangers.py"
    pair = keys["anna"]
    security = ["--certificate", str(pair.file), "--key", str(pair.key_file)]
    login = ["--user", "observer", "--password", PASSWORDS["observer"]]
    login += ["--application", "urn:client:anna"]
    rows = lines([sys.executable, str(script), station.url, *security, *login])
    found = {
        row["name"]: {"networks": sorted(row["networks"]), "power": [row["power"], row["unit"]]}
        for row in rows
    }
    assert found == exchangers(found)
    assert {row["status"] for row in rows} == {"Good"}
