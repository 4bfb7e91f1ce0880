"""The process of one service. It ends with its parent, however that ends."""

from __future__ import annotations

import json
import os
import pickle
import queue
import resource
import signal
import socket
import sys
import threading

from services.platform.hosts import frames

#: longest frame from the parent: an inbox
_INBOX = 512 << 20


def main(number: int, memory_mb: int) -> None:
    """Serve the socket with this file number until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    line = socket.socket(fileno=number)
    paths, packed = pickle.loads(frames.receive(line, _INBOX))  # of our own parent
    sys.path[:] = paths
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(line, jobs), daemon=True).start()
    try:
        service = pickle.loads(packed).make()
    except BaseException as error:  # noqa: BLE001 - it is a stranger's; the parent tells it
        _tell(line, {"ready": False, "error": _words(error)})
        return
    from services.platform.hosts.inbox_text import read
    from services.platform.hosts.outcome import texts_of

    _tell(line, {"ready": True})
    while True:
        number, text = json.loads(jobs.get())
        try:
            inbox = read(text.encode())
            texts = texts_of(service, inbox)
            answer = {"run": number, "texts": [t.decode() for t in texts]}
        except OverflowError as error:
            answer = {"run": number, "flood": _words(error)}
        except BaseException as error:  # noqa: BLE001 - whatever it is, this run failed
            answer = {"run": number, "error": _words(error)}
        _tell(line, answer)


def _listen(line: socket.socket, jobs: queue.SimpleQueue[bytes]) -> None:
    try:
        while True:
            jobs.put(frames.receive(line, _INBOX))
    except (EOFError, OSError):
        os._exit(0)


def _tell(line: socket.socket, answer: dict[str, object]) -> None:
    try:
        frames.send(line, json.dumps(answer).encode())
    except OSError:
        os._exit(0)


def _words(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
