"""A plant's OPC UA server in a process of its own, and how to make it behave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import REPOSITORY

NODES: list[dict[str, Any]] = [
    {"name": "hp.u", "value": 0.2, "writable": True, "range": [0.0, 1.0]},
    {"name": "pump.u", "value": 50.0, "type": "Float", "writable": True},
    {"name": "chp.engines_on", "value": 1, "type": "Int16", "writable": True},
    {"name": "hp.P_el", "value": 120000.0, "unit": [5723220, "W"]},
    {"name": "hex.T_out", "value": 353.15, "unit": [4932940, "K"]},
    {"name": "hex.m", "value": 36, "type": "Int32"},
    {"name": "elsewhere", "value": 0.0, "writable": True},
]


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
