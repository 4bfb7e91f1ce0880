"""The other end of the control channel."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any

from rami.core.errors import ConfigurationError, UnreachableError
from services.emulate.front import HOST

_PATIENCE_S = 30.0


class ControlClient:
    """Commands to an emulator, one after the other; `patience_s` None waits for ever."""

    def __init__(self, port: int, patience_s: float | None = _PATIENCE_S) -> None:
        """Raises UnreachableError when nobody listens."""
        self._port = port
        try:
            self._socket = socket.create_connection((HOST, port), _PATIENCE_S)
        except OSError as error:
            why = error.strerror or str(error)
            raise UnreachableError(f"no emulator at control port {port}: {why}") from None
        self._socket.settimeout(patience_s)
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> ControlClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()

    def ask(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """The answer without `ok`. Raises ConfigurationError when it is a refusal,
        UnreachableError when none comes."""
        try:
            self._socket.sendall(json.dumps(dict(said)).encode() + b"\n")
            line = self._lines.readline()
            answer = json.loads(line) if line else None
        except (OSError, ValueError) as error:
            raise UnreachableError(f"control port {self._port}: {error}") from None
        if not isinstance(answer, dict):
            raise UnreachableError(f"control port {self._port}: the emulator hung up")
        if not answer.pop("ok", False):
            raise ConfigurationError(str(answer.get("error", "refused")))
        return answer


def command(
    port: int, said: Mapping[str, Any], patience_s: float | None = _PATIENCE_S
) -> dict[str, Any]:
    """One command over a connection of its own. Raises as ControlClient."""
    with ControlClient(port, patience_s) as client:
        return client.ask(said)
