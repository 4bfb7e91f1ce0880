"""The parent's side of one worker process: started, asked with a deadline, killed."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from select import POLLIN, poll
from time import monotonic

from adapters.assets.fmu.worker.protocol import ANSWER, LENGTH, NO_SLOT, REQUEST, Ask, Shared, Spec

#: seconds that a worker has to end by itself, and to be seen as ended
_GRACE = 2.0
#: seconds between two looks at what it printed
_LOOK = 1.0
_KEPT = 400
_PIPE = 65536


class Failed(Exception):
    """What a worker did not do, in words, and of which `kind` it is.

    `ended`: the process is no more; `late`: no answer in time; `refused`: the FMU returned
    discard, error or fatal; `values`: it told what is no number.
    """

    def __init__(self, kind: str, why: str, said: str = "") -> None:
        super().__init__(why)
        self.kind, self.said = kind, said


class Process:
    """A worker process; no FMU is loaded in it yet."""

    def __init__(self, spec: Spec, shared: Shared) -> None:
        ours, theirs = socket.socketpair()
        alive, self._life = os.pipe()
        self._printed, out = os.pipe()
        # an FMU that floods its output must not wait for us
        os.set_blocking(self._printed, False)
        os.set_blocking(out, False)
        files = (theirs.fileno(), alive, *shared.files)
        words = [sys.executable, "-P", "-m", "adapters.assets.fmu.worker.child", str(os.getpid())]
        try:
            self._process = subprocess.Popen(
                [*words, *map(str, files)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=files,
                start_new_session=True,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        except BaseException:
            ours.close()
            for file in (self._life, self._printed):
                os.close(file)
            raise
        finally:
            theirs.close()
            for file in (alive, out):
                os.close(file)
        self._link, self._open = ours, True
        self._ready = poll()
        self._ready.register(ours, POLLIN)
        # its end shows at once, also when it has left a child that keeps the socket open
        self._death = os.pidfd_open(self._process.pid) if hasattr(os, "pidfd_open") else -1
        if self._death >= 0:
            self._ready.register(self._death, POLLIN)
        self._said, self._next_look = "", monotonic() + _LOOK
        self._spec, self._name = pickle.dumps(spec), spec.name

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def ask(
        self, what: Ask, number: float = 0.0, slot: int = NO_SLOT, within_s: float = 1.0
    ) -> None:
        """Have something done; Failed. A worker that failed is of no more use but to be killed."""
        try:
            if self._spec:
                self._link.settimeout(within_s)
                self._link.sendall(LENGTH.pack(len(self._spec)) + self._spec)
                self._spec = b""
            self._link.sendall(REQUEST.pack(what, slot, number))
            found = self._ready.poll(1000.0 * within_s)
            if not found:
                raise TimeoutError
            if all(file == self._death for file, _ in found):
                raise ConnectionResetError
            done, length = ANSWER.unpack(self._received(ANSWER.size))
            text = self._received(length) if length else b""
        except TimeoutError:
            raise Failed("late", f"gave no answer within {within_s:g} s", self.said()) from None
        except OSError:
            raise self._ended() from None
        except BaseException:  # Ctrl-C: an answer is still to come, and would be another one's
            self.kill()
            raise
        if monotonic() > self._next_look:
            self._look()
        if not done:
            why = text.decode("utf-8", "replace").removeprefix(f"{self._name}: ")
            raise Failed("refused", why, self.said())

    def _received(self, size: int) -> bytes:
        found = self._link.recv(size)
        while len(found) < size:
            more = self._link.recv(size - len(found))
            if not more:
                raise ConnectionResetError
            found += more
        return found

    def _ended(self) -> Failed:
        if self._death >= 0:
            dying = poll()
            dying.register(self._death, POLLIN)
            if not dying.poll(1000.0 * _GRACE):
                return Failed("ended", "hung up, but still runs", self.said())
        code = self._struck()
        return Failed("ended", "hung up" if code is None else _ending(code), self.said())

    def _struck(self) -> int | None:
        """Kill all that is left of it, and how it ended.

        In this order: as long as its end was not asked for, its number is nobody else's.
        """
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(_GRACE)
        return None

    def _look(self) -> None:
        """Keep the last of what it printed; what it printed too fast is lost."""
        self._next_look = monotonic() + _LOOK
        with suppress(OSError):
            part = os.read(self._printed, _PIPE)
            self._said = (self._said + part.decode("utf-8", "replace"))[-_KEPT:]

    def said(self) -> str:
        """The end of what it printed."""
        if self._open:
            self._look()
        return " ".join(self._said.split())

    def end(self) -> None:
        """Let it free the FMU and end; killed if it does not."""
        if self._open:
            with suppress(Failed):
                self.ask(Ask.END, within_s=_GRACE)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_GRACE)
        self.kill()

    def kill(self) -> None:
        """End it now, with all that it started; leaves no file open."""
        if not self._open:
            return
        self._look()
        self._open = False
        self._struck()
        self._link.close()
        for file in (self._life, self._printed, self._death):
            if file >= 0:
                os.close(file)


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended by itself with exit code {code}"
    try:
        number = signal.Signals(-code)
    except ValueError:
        return f"was ended by signal {-code}"
    told = (signal.strsignal(number) or "").lower()
    return f"was ended by {number.name} ({told})"
