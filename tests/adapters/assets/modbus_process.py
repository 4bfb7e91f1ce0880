"""The Modbus plant of `modbus_plant`, started, told and ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class ModbusPlant:
    """A server on 127.0.0.1; `port` is chosen by the system."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        """In a fresh process, with nothing in its registers; on the former port, if any."""
        script = Path(__file__).with_name("modbus_plant.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._answer())

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the Modbus server has ended"
        return json.loads(line)

    def tell(self, *what: Any) -> Any:
        """One word with its arguments; its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def set(self, device: int, table: str, address: int, values: Sequence[int]) -> None:
        self.tell("set", device, table, address, [*values])

    def get(self, device: int, table: str, address: int, count: int = 1) -> list[int]:
        found: list[int] = self.tell("get", device, table, address, count)
        return found

    def freeze(self) -> None:
        """The process stands still; connections stand."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """The process is no more."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(20.0)
