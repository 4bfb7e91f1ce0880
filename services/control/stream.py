"""The watching end of a control socket: messages as they come."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from rami.core.errors import UnreachableError
from services.control.address import connected
from services.control.messages import PROTOCOL, line

#: silence after which the other end is taken for lost; it says at least something every second
_SILENT_S = 5.0
_LINE_MOST = 64 << 20


class Stream:
    """`hello` is what the other end said first. Reading raises OSError at the end."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lines = channel.makefile("rb")
        self.hello: dict[str, Any] = {}

    def read(self) -> tuple[dict[str, Any], bytes]:
        """A message and the bytes that follow it. Raises ValueError where it is none."""
        said = self._lines.readline(_LINE_MOST)
        if not said.endswith(b"\n"):
            raise ConnectionError("the loop's process is gone")
        message = json.loads(said)
        if not isinstance(message, dict):
            raise ValueError("no message")
        size = int(message.get("bytes", 0))
        payload = self._lines.read(size) if size else b""
        if len(payload) != size:
            raise ConnectionError("the loop's process is gone")
        return message, payload

    def hang_up(self) -> None:
        """End the connection from any thread; who reads gets an OSError."""
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go, in the thread that reads."""
        self._lines.close()
        self._channel.close()


def opened(path: Path, after: int | None, patience_s: float) -> Stream:
    """Watch who listens at `path`, with events after number `after`, or only new ones.

    Raises UnreachableError where nobody does, it refuses, or speaks otherwise.
    """
    channel = connected(path, patience_s)
    stream = Stream(channel)
    try:
        with suppress(BrokenPipeError):  # who hangs up at once has said why
            channel.sendall(line({"do": "watch", "after": after}))
        stream.hello, _ = stream.read()
        channel.settimeout(_SILENT_S)
    except (OSError, ValueError) as error:
        stream.close()
        raise UnreachableError(f"{path}: {error}") from None
    why = ""
    if not stream.hello.get("ok"):
        why = "; ".join(map(str, stream.hello.get("why", ["refused"])))
    elif stream.hello.get("protocol") != PROTOCOL:
        why = f"speaks protocol {stream.hello.get('protocol')!r}, wanted {PROTOCOL}"
    if why:
        stream.close()
        raise UnreachableError(f"{path}: {why}")
    return stream
