"""One request to a running site over a connection of its own."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from pathlib import Path

from rami.communication.live_site import Reply, Request
from rami.core.errors import UnreachableError
from services.control.address import SOCKET_FILE, connected
from services.control.messages import line, reply_of, request_plain
from services.control.published import WRONG

#: how much longer than asked for the answer of the loop's process is waited for
_GRACE_S = 5.0
_CONNECT_S = 10.0


def ask(run: Path, request: Request, timeout_s: float = 30.0) -> Reply:
    """The loop's reply. Raises UnreachableError where nobody runs at `run` (the folder of a run,
    or its control socket), or hangs up before it answered."""
    path = run / SOCKET_FILE if run.is_dir() else run
    try:
        said = line(request_plain(request, timeout_s))
    except (TypeError, ValueError) as error:
        return Reply(False, (f"arguments cannot be sent: {error}",))
    with closing(connected(path, _CONNECT_S)) as channel, channel.makefile("rb") as lines:
        try:
            channel.settimeout(timeout_s + _GRACE_S)
            with suppress(BrokenPipeError):  # who hangs up at once has said why
                channel.sendall(said)
            answer = lines.readline()
            told = json.loads(answer) if answer.endswith(b"\n") else None
        except TimeoutError:
            return Reply(False, (f"{path.parent} does not answer; it may still be done",))
        except (OSError, ValueError) as error:
            raise UnreachableError(f"{path}: {error}") from None
    if not isinstance(told, dict):
        raise UnreachableError(f"{path.parent}: hung up; whether it was done is not known")
    try:
        if told.get("ok"):
            return reply_of(told)
        return Reply(False, tuple(map(str, told["why"])), {WRONG: True})
    except (KeyError, TypeError, ValueError) as error:
        raise UnreachableError(f"{path}: answered otherwise than wanted: {error}") from None
