"""The control port of an emulator that tells a status, and nothing else."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def telling(**told: Any) -> Iterator[int]:
    """The port where one answers once."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as lines:
                lines.readline()
                connection.sendall(json.dumps({"ok": True, **told}).encode() + b"\n")

        threading.Thread(target=answer, daemon=True).start()
        yield int(server.getsockname()[1])
