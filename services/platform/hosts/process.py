"""A service in a process of its own: ended when late, started anew for its next run."""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from time import monotonic
from typing import Any

from rami.communication.service.contract import Inbox
from rami.communication.service.message import LIMIT
from services.platform.hosts import frames
from services.platform.hosts.inbox_text import write
from services.platform.hosts.outcome import MESSAGES, Failed, Ran, Recipe, Trouble

#: a process that has not made its service by then hangs, s
START_S = 60.0
#: longest answer of one run, bytes
_ANSWER = 4 * LIMIT
_KEPT = 2_000


class ProcessHost:
    """Implements `Host`. Memory, time, messages and bytes of the service are bounded."""

    def __init__(self, recipe: Recipe, deadline_s: float, memory_mb: int = 2048) -> None:
        self._packed = pickle.dumps(recipe)
        self._deadline_s, self._memory_mb = deadline_s, memory_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._run = 0
        self._ready, self._begun_s, self._started_s = False, 0.0, 0.0
        self._code: int | None = None
        self._writer: threading.Thread | None = None
        #: processes that had to be ended or ended by themselves
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Number of the present process."""
        return self._process.pid if self._process is not None else None

    def begin(self, inbox: Inbox) -> None:
        """As in Host; starts a process where there is none."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._start()
        self._run += 1
        content = json.dumps([self._run, write(inbox).decode()]).encode()
        # the process may not read: what does not fit into the pipe waits in a thread of its own
        self._write(self._line, content)
        self._begun_s = monotonic()

    def outcome(self) -> Ran | Failed:
        """As in Host."""
        while True:
            wait_s = self._begun_s + self._deadline_s - monotonic()
            if not self._ready:
                wait_s = self._started_s + START_S - monotonic()
            try:
                answer = self._answers.get(timeout=max(wait_s, 0.0))
            except queue.Empty:
                what = f"no answer within {self._deadline_s:g} s"
                return self._failed(Trouble.LATE, what if self._ready else "did not start")
            if isinstance(answer, Failed):
                return self._failed(answer.what, answer.detail)
            if answer.get("ready") is True:
                self._ready, self._begun_s = True, monotonic()
                continue
            if answer.get("ready") is False:
                return self._failed(Trouble.CRASHED, str(answer.get("error")))
            if answer.get("run") == self._run:
                return self._of(answer)

    def close(self) -> None:
        """As in Host."""
        self._end()

    def _of(self, answer: dict[str, Any]) -> Ran | Failed:
        if "flood" in answer:
            return Failed(Trouble.FLOODING, str(answer["flood"])[:500])
        if "error" in answer:
            return Failed(Trouble.CRASHED, str(answer["error"])[:500])
        texts = answer.get("texts")
        if not isinstance(texts, list) or not all(isinstance(t, str) for t in texts):
            return self._failed(Trouble.MALFORMED, "its answer does not read")
        if len(texts) > MESSAGES:
            return self._failed(Trouble.FLOODING, f"{len(texts)} messages in one run")
        return Ran(tuple(t.encode("utf-8", "replace") for t in texts))

    def _failed(self, what: Trouble, detail: str) -> Failed:
        """Whatever it is doing, it is ended: the next run finds a fresh one."""
        self._end()
        said = b"".join(self._said[-20:])[-_KEPT:].decode("utf-8", "replace").strip()
        code = self._code
        if what is Trouble.CRASHED and code is not None and not detail:
            detail = f"its process ended ({signal.Signals(-code).name if code < 0 else code})"
        return Failed(what, f"{detail}; it printed: {said}" if said else detail)

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        words = [sys.executable, "-P", "-m", "services.platform.hosts.child"]
        self._process = subprocess.Popen(
            [*words, str(theirs.fileno()), str(self._memory_mb)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
            env={**_environment(), "OPENBLAS_NUM_THREADS": "1"},
        )
        theirs.close()
        self._line, self._ready, self._code = ours, False, None
        self._started_s = monotonic()
        self._answers: queue.Queue[dict[str, Any] | Failed] = queue.Queue(maxsize=100)
        self._said: list[bytes] = []
        for target, what in ((_read, (ours, self._answers)), (_drain, (self._process, self._said))):
            threading.Thread(target=target, args=what, daemon=True).start()
        self._write(ours, pickle.dumps((sys.path, self._packed)))

    def _write(self, line: socket.socket, content: bytes) -> None:
        before = self._writer

        def work() -> None:
            if before is not None:
                before.join()
            with suppress(OSError):
                frames.send(line, content)

        self._writer = threading.Thread(target=work, daemon=True)
        self._writer.start()

    def _end(self) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._code = self._process.wait()
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()
        self._process = None
        self.restarts += 1


def _environment() -> dict[str, str]:
    """What a stranger's process may know of ours: no passwords that somebody exported."""
    kept = ("PATH", "HOME", "TMPDIR", "TZ", "RAMI_CACHE", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
    return {
        name: value
        for name, value in os.environ.items()
        if name in kept or name.startswith(("LANG", "LC_", "PYTHON"))
    }


def _read(line: socket.socket, answers: queue.Queue[dict[str, Any] | Failed]) -> None:
    """In a thread: what the process says, until it says something that is no answer."""
    try:
        while True:
            content = frames.receive(line, _ANSWER)
            answer = json.loads(content)
            if not isinstance(answer, dict):
                raise ValueError("no object")
            answers.put_nowait(answer)
    except (frames.TooLong, queue.Full) as error:
        last = Failed(Trouble.FLOODING, str(error))
    except (ValueError, RecursionError):
        last = Failed(Trouble.MALFORMED, "its answer is no JSON")
    except (EOFError, OSError):
        last = Failed(Trouble.CRASHED)
    with suppress(queue.Full):
        answers.put_nowait(last)


def _drain(process: subprocess.Popen[bytes], said: list[bytes]) -> None:
    """In a thread: what it prints, of which the end is kept, so that it never waits for us."""
    assert process.stdout is not None
    with process.stdout, suppress(OSError, ValueError):
        while part := os.read(process.stdout.fileno(), 65536):
            said.append(part[-_KEPT:])
            del said[:-20]
