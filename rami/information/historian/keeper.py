"""One life of the process that keeps a store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from signal import Signals
from socket import SHUT_WR, socket, socketpair
from threading import Lock
from typing import Any

from rami.core.errors import RamiError
from rami.core.historian import Store
from rami.core.signal import Rows
from rami.information.historian.naming import Telling
from rami.information.historian.wire import receive, send

_END_S = 30.0


class Ended(Exception):
    """The process is no more; `why` tells how it ended."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Line:
    """A socket on which one call at a time is made."""

    def __init__(self, pipe: socket) -> None:
        self.pipe = pipe
        self.turn = Lock()
        self.telling = Telling()


class Keeper:
    """Opens the store in a new process. Raises what opening raises, `Ended`."""

    def __init__(self, opening: Callable[[], Store], nice: int) -> None:
        ours, theirs = zip(socketpair(), socketpair(), strict=True)
        self._changes, self._questions = (_Line(pipe) for pipe in ours)
        numbers = [pipe.fileno() for pipe in theirs]
        # not by multiprocessing: that would run the caller's main program again
        command = [sys.executable, "-P", "-m", "rami.information.historian.serving"]
        self._process = subprocess.Popen(
            [*command, *map(str, numbers), str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=numbers,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        )
        for pipe in theirs:
            pipe.close()
        try:
            with self._changes.turn:
                self._exchange(self._changes, (opening, nice))
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def write(self, rows: Rows) -> Any:
        """`Store.write` there."""
        line = self._changes
        with line.turn:
            told = line.telling.told(rows.names)
            args = (told, rows.places, rows.times, rows.values, rows.status)
            return self._exchange(line, ("write", args, {}))

    def change(self, method: str, args: tuple[Any, ...]) -> Any:
        """A call that others of its kind wait for."""
        with self._changes.turn:
            return self._exchange(self._changes, (method, args, {}))

    def ask(self, method: str, args: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """A question; it does not wait for a change that is under way."""
        with self._questions.turn:
            return self._exchange(self._questions, (method, args, named))

    def _exchange(self, line: _Line, message: Any) -> Any:
        try:
            send(line.pipe, message)
            good, content = receive(line.pipe)
        except (EOFError, OSError):
            raise Ended(self.kill()) from None
        except BaseException:  # an interrupt: the answer would be taken for that of the next call
            self.kill()
            raise
        if not good:
            assert isinstance(content, RamiError)
            raise content
        return content

    def close(self) -> None:
        """In order: what was sent is kept, the store is closed. Raises what that raises."""
        with self._changes.turn:
            try:
                self._changes.pipe.shutdown(SHUT_WR)
                good, content = receive(self._changes.pipe)
            except (EOFError, OSError):
                good, content = True, None  # it ended before; what it acknowledged it has
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_S)
            self.kill()
        if not good:
            raise content

    def kill(self) -> str:
        """Whatever it does; how it ended."""
        if self._process.poll() is None:
            self._process.kill()
        code = self._process.wait()
        for line in (self._changes, self._questions):
            line.pipe.close()
        return f"ended by {Signals(-code).name}" if code < 0 else f"ended with code {code}"
