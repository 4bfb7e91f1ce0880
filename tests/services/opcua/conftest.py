"""One server of ours and one of asyncua's own for all tests, and keys for their clients."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.opcua.security.own import make_pair
from tests.services.opcua.attacks import Target
from tests.services.opcua.served import Keys, Served


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def _served(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # room for all tests, and for a crowd
    limits = {"logins": 1000, "connections_at_once": 10_000, "connections_per_second": 1000}
    made = Served(tmp_path_factory.mktemp("served"), keys, limits=limits)
    yield made
    made.close()


@pytest.fixture
def served(_served: Served) -> Served:
    """Ours, secure, as if nobody had been there."""
    for rows in (_served.audit.rows, _served.written, _served.called):
        rows.clear()
    return _served


@pytest.fixture(scope="session")
def plain(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """asyncua's own server."""
    folder = tmp_path_factory.mktemp("plain")
    uri = "urn:freeopcua:python:server"
    pair = make_pair(folder / "s.der", folder / "s.pem", uri, ["localhost"], server=True)
    script = str(Path(__file__).with_name("plain_server.py"))
    process = subprocess.Popen(
        [sys.executable, script, str(pair.file), str(pair.key_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield Target(process.stdout.readline().strip(), keys, process.pid)
    process.communicate("")


@pytest.fixture
def target(served: Served) -> Target:
    return Target(served.url, served.keys)
