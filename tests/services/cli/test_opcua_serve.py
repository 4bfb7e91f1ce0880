"""`rami opcua serve`: a process of its own, reached by the run's control socket."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from rami.integration.audit import entries, verify
from services.control.server import ControlServer
from services.opcua.security.own import make_pair
from services.opcua.security.trust import TrustList
from services.opcua.security.users import Users
from tests.services.opcua.running import Running
from tests.services.opcua.served import client
from twins.site import load_site

WORD = "correct horse battery"


def _serve(run: Path, site: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "services.cli", "opcua", "serve", str(run)]
    return subprocess.Popen(
        [*command, "--site", str(site), "--port", "0", "--json", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_run_is_served_and_left_alone(reference_site_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    copytree(reference_site_file.parent, folder)
    file = folder / reference_site_file.name
    run = tmp_path / "run"
    run.mkdir()
    loop = Running(load_site(file))
    loop.publish()
    pair = make_pair(
        tmp_path / "c.der", tmp_path / "c.pem", "urn:client:c", ["localhost"], server=False
    )
    TrustList(folder / "pki").put(pair.certificate, "trusted")
    Users(folder / "users.json").add("anna", "observer", WORD)

    async def work(url: str) -> Any:
        async with client(url, pair, "anna", WORD) as made:
            index = (await made.get_namespace_array()).index("urn:rami-twins:site:reference")
            return await made.get_node(f"ns={index};s=/Control/State").read_value()

    process = _serve(run, file, "--wait", "5 min")
    assert process.stderr is not None
    assert "waiting for the run" in process.stderr.readline()
    with ControlServer(loop.site, run):
        try:
            assert process.stdout is not None
            lines = ""
            while not lines.rstrip().endswith("}"):
                line = process.stdout.readline()
                assert line, process.communicate()[1]
                lines += line
            assert asyncio.run(work(json.loads(lines)["address"])) == "running"
        finally:
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=30)
        assert process.returncode == 0, told
        loop.publish()
    loop.end()
    audit = run / "opcua_audit.jsonl"
    assert not verify(audit).findings
    assert [e.outcome for e in entries(audit) if e and e.what == "opcua.session"] == [
        "login",
        "logout",
    ]


@pytest.mark.parametrize(
    ("more", "code", "why"),
    [
        (("--insecure", "--host", "0.0.0.0"), 2, "this machine alone"),
        ((), 3, "nobody runs"),
    ],
)
def test_what_cannot_be_served(
    reference_site_file: Path, tmp_path: Path, more: tuple[str, ...], code: int, why: str
) -> None:
    process = _serve(tmp_path / "nowhere", reference_site_file, *more)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, why in told) == (code, True), told
