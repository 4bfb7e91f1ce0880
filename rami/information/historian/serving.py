"""A process that keeps a store for its parent: `python -m rami.information.historian.serving`.

Started by `StoreApart` with two sockets: one for what changes the store, one for questions, so
that neither waits for the other. It ends when the first of them does, or its parent: an end in
order closes the store, and a store holds whatever was acknowledged in any case.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RD, socket
from threading import Thread
from typing import Any

from rami.core.errors import RamiError
from rami.core.historian import Store
from rami.core.signal import Rows
from rami.information.historian.naming import Hearing
from rami.information.historian.wire import receive, send

#: how often it is looked whether the parent lives, and what an end in order may take then, s
_LOOK_S = 0.5
_END_S = 2.0


def answer(pipe: socket, work: Callable[..., Any], *args: Any, **named: Any) -> bool:
    """Send what a call returns or the error that it ends with; False for an error."""
    try:
        result = work(*args, **named)
    except RamiError as error:
        send(pipe, (False, error))
        return False
    send(pipe, (True, result))
    return True


def serve(store: Store, pipe: socket) -> None:
    """Answer one call after the other, until the other side ends."""
    hearing = Hearing()
    with suppress(EOFError, ConnectionError):
        while True:
            method, args, named = receive(pipe)
            if method == "write":
                told, *columns = args
                answer(pipe, store.write, Rows(hearing.heard(told), *columns))
            else:
                answer(pipe, getattr(store, method), *args, **named)


def _questions(store: Store, pipe: socket) -> None:
    with pipe:  # a fault of ours ends the thread: whoever asked must see it
        serve(store, pipe)


def _outlived(parent: int, pipe: socket) -> None:
    """End with the parent, however it ended and whoever else holds the other end."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    with suppress(OSError):
        pipe.shutdown(SHUT_RD)
    time.sleep(_END_S)
    os._exit(1)


def _stand_back(by: int) -> None:
    """The loop comes first, on the processor too."""
    os.nice(by)
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def main() -> None:
    """Open the store that the parent names, and serve it."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)  # the parent decides; it may have rows to write
    changes, questions = (socket(fileno=int(number)) for number in sys.argv[1:3])
    Thread(target=_outlived, args=(int(sys.argv[3]), changes), daemon=True).start()
    with suppress(EOFError, ConnectionError):  # the parent did not wait
        _keep(changes, questions)


def _keep(changes: socket, questions: socket) -> None:
    opened: list[Store] = []

    def opening() -> None:
        make, nice = receive(changes)
        _stand_back(nice)
        opened.append(make())

    if not answer(changes, opening):
        return
    store = opened.pop()
    asked = Thread(target=_questions, args=(store, questions), daemon=True)
    asked.start()
    try:
        serve(store, changes)
    except BaseException:
        store.close()
        raise
    with suppress(OSError):
        questions.shutdown(SHUT_RD)
    asked.join()
    answer(changes, store.close)


if __name__ == "__main__":
    main()
