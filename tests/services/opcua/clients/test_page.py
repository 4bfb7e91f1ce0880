"""The clients on the page about the server work as they are printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rami.communication.live_site import Reply, Request, Verb
from rami.core.event import EventKind, Severity
from services.opcua.security.own import make_pair
from tests.conftest import REPOSITORY, peer_absent
from tests.services.opcua.running import Server
from tests.services.opcua.served import PASSWORDS

PAGE = (REPOSITORY / "docs/how-to/opcua-server.md").read_text(encoding="utf-8")
PRINTED = "opc.tcp://127.0.0.1:4840/rami"


def block(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def playground(station: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What the page has one make: a certificate that is trusted, an engineer."""
    guards = station.serving.server.guards
    pair = make_pair(
        tmp_path / "scada.der", tmp_path / "scada.pem", "urn:plant:scada", ["localhost"],
        server=False,
    )  # fmt: skip
    guards.trust.put(pair.certificate, "trusted")
    guards.users.add("anna", "engineer", PASSWORDS["engineer"])
    site, answered = station.loop.site, station.loop.reply

    def reply(request: Request) -> Reply:
        if request.verb is Verb.SET_POINT:
            site.happened(
                EventKind.GUARD, request.arguments["point"], Severity.NOTE, "set by hand",
                condition="manual", active=True,
            )  # fmt: skip
        return answered(request)

    monkeypatch.setattr(station.loop, "reply", reply)
    yield tmp_path
    site.happened(EventKind.GUARD, "hts.hp.u", Severity.NOTE, "over", condition="manual")


def ran(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=100,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_python_client(station: Server, playground: Path) -> None:
    code = block("py")
    assert PRINTED in code
    told = ran([sys.executable, "-c", code.replace(PRINTED, station.url)], playground)
    *exchangers, history, done, alarm = told.splitlines()
    names = [line.split()[0] for line in exchangers]
    assert sorted(names) == ["hex_dhs_in", "hex_dhs_out", "hex_hnht", "hex_hnlt"]
    assert all(line.endswith(" kW") and "'circuit'" in line for line in exchangers)
    assert history == "62 values of the last hour", "60 and their bounds"
    assert (done, alarm) == ("set by hand", "set by hand 100")
    condition = station.loop.site.conditions()["hts.hp.u", "manual"]
    assert condition[1], "acknowledged"
    assert "it was me" in [e.details.get("comment") for e in station.loop.site.events()]


def test_the_node_opcua_client(station: Server, playground: Path) -> None:
    given = os.environ.get("NODE_OPCUA")
    folder = str(Path(given).resolve()) if given else None
    if not folder or shutil.which("node") is None:
        peer_absent("node-opcua", "NODE_OPCUA names no folder with node-opcua-client")
    (playground / "client.js").write_text(block("js"), encoding="utf-8")
    user = ["anna", PASSWORDS["engineer"]]
    command = ["node", "client.js", station.url, "scada.der", "scada.pem", *user]
    told = ran(command, playground, NODE_PATH=f"{folder}/node_modules", HOME=str(playground))
    said = told.splitlines()
    assert "62 values of the last hour" in said and "Good" in said
    assert any(re.match(r"[\d.]+ at 2019-01-1", line) for line in said)
