"""Against a server of another stack, where there is one.

`NODE_OPCUA` names a folder in which `npm install node-opcua-server` was run.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.assets.opcua.backend import OpcuaBackend
from rami.asset.live import Taken
from rami.core.quality import is_good
from tests.adapters.assets.opcua.conftest import command, until


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a running server."""
    folder = os.environ.get("NODE_OPCUA")
    if not folder:
        pytest.skip("NODE_OPCUA names no folder with node-opcua-server")
    script = Path(__file__).with_name("other_stack.js")
    server = subprocess.Popen(
        ["node", str(script), folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.kill()
        server.communicate()


@pytest.mark.parametrize("updates", ["subscription", "polling"])
def test_values_and_commands(
    address: str, opened: Callable[..., OpcuaBackend], updates: str
) -> None:
    backend = opened(address, updates=updates, verify="1 s")
    assert backend.observe().values.tolist() == pytest.approx([120.0, 80.0, 1.0])
    assert is_good(backend.observe().quality).all()
    assert (backend.health().subscribed == 6) == (updates == "subscription")
    at = 0.25 if updates == "polling" else 0.5
    answers = command(backend, hp_u=at, pump_u=at, chp_engines_on=2.0)
    assert {a.taken for a in answers.values()} == {Taken.DONE}
    until(lambda: backend.read_back().values.tolist() == pytest.approx([at, at, 2.0]))
    refused = command(backend, chp_engines_on=1e6)["chp.engines_on"]
    assert refused.taken is Taken.REFUSED
