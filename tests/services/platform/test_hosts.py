"""Processes of services: they end with their parent and know none of its secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rami.communication.service.contract import Inbox
from rami.communication.service.function import Said, function_service
from rami.communication.service.message import Message
from services.platform.hosts.outcome import Failed, Ran, Recipe
from services.platform.hosts.process import ProcessHost
from tests.adapters.buses.broker import until
from tests.communication.service.said import NOW, SITE, message, provider


def tells_its_environment(inbox: Inbox) -> Said:
    raise ValueError(os.environ.get("RAMI_TEST_SECRET", "no secret"))


def repeats(inbox: Inbox) -> list[Said]:
    return [Said(m.payload) for m in inbox.messages.values()]


def _host(act: object) -> ProcessHost:
    service = function_service(provider(), act, SITE)  # type: ignore[arg-type]
    return ProcessHost(Recipe(made=service), 20.0, 512)


def test_secrets_of_the_parent_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMI_TEST_SECRET", "hush")
    host = _host(tells_its_environment)
    host.begin(Inbox(NOW))
    ended = host.outcome()
    host.close()
    assert isinstance(ended, Failed)
    assert ended.detail == "ValueError: no secret"


def test_an_inbox_comes_whole_and_one_process_serves_many_runs() -> None:
    host, one = _host(repeats), message()
    pids = set()
    for _ in range(3):
        host.begin(Inbox(NOW, {str(one.topic): one}, {"*": "nothing"}))
        ended = host.outcome()
        assert isinstance(ended, Ran)
        assert [Message.decode(t).payload for t in ended.texts] == [one.payload]
        pids.add(host.pid)
    host.close()
    assert len(pids) == 1


_PARENT = """
import sys
from tests.services.platform import faulty
from tests.services.platform.test_hosts import NOW, Inbox, _host
host = _host(faulty.hangs)
host.begin(Inbox(NOW))
print(host.pid, flush=True)
host.outcome()
"""


def test_a_service_ends_with_a_parent_that_is_killed(repository: Path) -> None:
    command = [sys.executable, "-B", "-c", _PARENT]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    until(lambda: not _lives(child), "the end of the service")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False
