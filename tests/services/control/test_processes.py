"""The loop in a process of its own: stopped, killed, started anew."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rami.communication.live_site import Request, Verb
from services.control import SOCKET_FILE, RemoteSite
from tests.services.control.small_site import eventually

_LOOP = """
import sys
from pathlib import Path
from rami.core.event import EventKind, Severity
from services.control import ControlServer
from tests.services.control.small_site import SmallLoop, published
folder = Path(sys.argv[1])
site = published(folder)
site.restore(b'{"version":1,"last":0,"alarms":[]}')
site.happened(EventKind.START, "", Severity.NOTE, sys.argv[2])
with ControlServer(site, folder), SmallLoop(site):
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _loop(folder: Path, said: str, repository: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _LOOP, str(folder), said]
    with subprocess.Popen(
        command, cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout and process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def test_a_killed_loop_is_seen_as_lost_and_found_again(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.control.stream._SILENT_S", 2.5)
    with _loop(tmp_path, "first", repository) as first, RemoteSite(tmp_path) as site:
        assert site.pid == first.pid and site.ask(Request(Verb.REPLAN, "ann")).done
        assert site.wait(site.view().step, 20.0)

        os.kill(first.pid, signal.SIGSTOP)
        eventually(lambda: site.view().state == "lost", "silence is a loss")
        os.kill(first.pid, signal.SIGCONT)
        eventually(lambda: site.view().state == "running", "goes on")

        first.kill()
        eventually(lambda: site.view().state == "lost", "killed")
        assert (tmp_path / SOCKET_FILE).exists(), "left behind"
        with _loop(tmp_path, "second", repository) as second:
            eventually(lambda: site.view().state == "running", "started anew")
            eventually(lambda: [e.text for e in site.events()] == ["second"], "told anew")
            assert site.pid == second.pid
            assert second.stdin is not None
            second.stdin.close()
            eventually(lambda: site.view().state == "ended", "ended in order")
            assert second.wait(20.0) == 0
        assert not (tmp_path / SOCKET_FILE).exists()
