"""The worker process: loads one FMU and does what it is asked, until its parent is gone.

Run as `python -P -m adapters.assets.fmu.worker.child PARENT SOCKET LIFE MEMORY...`, numbers of
the parent's process and of open files.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import socket
import sys
from pathlib import Path
from select import select
from shutil import rmtree
from threading import Thread
from typing import NoReturn

from adapters.assets.fmu.backend import FmuBackend
from adapters.assets.fmu.snapshot import SnapshotFmuBackend
from adapters.assets.fmu.worker.protocol import (
    ANSWER,
    LENGTH,
    NO_SLOT,
    REQUEST,
    Ask,
    Shared,
    Spec,
)
from rami.core.errors import ModelError

#: seconds between two looks whether the parent is still the parent
_LOOK = 2.0


def received(link: socket.socket, size: int) -> bytes:
    """Exactly so many bytes; EOFError when the other side is gone."""
    found = link.recv(size, socket.MSG_WAITALL)
    while len(found) < size:
        more = link.recv(size - len(found), socket.MSG_WAITALL)
        if not more:
            raise EOFError
        found += more
    return found


def follow(parent: int, life: int, folder: Path) -> None:
    """Die with the parent, also of kill -9 and while the FMU hangs; leave nothing behind."""
    while True:
        ready, _, _ = select([life], [], [], _LOOK)
        if ready or os.getppid() != parent:
            leave(folder)


def leave(folder: Path) -> NoReturn:
    """Remove what was unpacked; end this process, and all that the FMU started."""
    rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)
    raise SystemExit


def limit(memory: int) -> None:
    """Bound the address space from here on; no core files of crashes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # no such file: this system is not Linux
        return
    most = pages * resource.getpagesize() + memory
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


class Worker:
    """One FMU, and what it is asked."""

    def __init__(self, spec: Spec, shared: Shared) -> None:
        self._spec, self._shared = spec, shared
        self._fmu: FmuBackend | None = None

    def do(self, what: int, slot: int, number: float) -> None:
        """One request; ModelError."""
        spec, shared, fmu = self._spec, self._shared, self._fmu
        if fmu is None:
            kind = SnapshotFmuBackend if spec.interface.snapshots else FmuBackend
            fmu = kind.unpacked(spec.folder, spec.interface, spec.inputs, spec.outputs, spec.name)
            self._fmu = fmu
        if what == Ask.STEP:
            shared.outputs[:] = fmu.step(shared.inputs, number)
        elif what == Ask.BEGIN:
            fmu.begin(spec.start, number, shared.inputs)
            shared.outputs[:] = fmu.read()
        elif what == Ask.WRITE:
            fmu.write(shared.inputs)
        elif what == Ask.READ:
            shared.outputs[:] = fmu.read()
        if what in (Ask.SAVE, Ask.RESTORE) or slot != NO_SLOT:
            self._state(fmu, what, slot)

    def _state(self, fmu: FmuBackend, what: int, slot: int) -> None:
        if not isinstance(fmu, SnapshotFmuBackend):
            raise ModelError(f"{self._spec.name}: the FMU cannot save its state")
        if what == Ask.RESTORE:
            fmu.restore(self._shared.get(slot))
            self._shared.outputs[:] = fmu.read()
        else:
            self._shared.put(slot, fmu.save())

    def end(self) -> None:
        """Free the FMU."""
        if self._fmu is not None:
            self._fmu.free()


def answered(link: socket.socket, worker: Worker) -> bool:
    """Do one request; False after the last."""
    what, slot, number = REQUEST.unpack(received(link, REQUEST.size))
    said = b""
    try:
        if what == Ask.END:
            worker.end()
        else:
            worker.do(what, slot, number)
    except ModelError as error:
        said = str(error).encode()
    link.sendall(ANSWER.pack(not said, len(said)) + said)
    return bool(what != Ask.END)


def main() -> None:
    """Answer requests until told to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    parent, link_file, life, *memory = map(int, sys.argv[1:])
    link = socket.socket(fileno=link_file)
    (length,) = LENGTH.unpack(received(link, LENGTH.size))
    spec: Spec = pickle.loads(received(link, length))
    Thread(target=follow, args=(parent, life, spec.folder), daemon=True).start()
    limit(spec.memory)
    worker = Worker(spec, Shared(len(spec.inputs), len(spec.outputs), tuple(memory)))
    try:
        while answered(link, worker):
            pass
    except (EOFError, BrokenPipeError, ConnectionResetError):
        leave(spec.folder)


if __name__ == "__main__":
    main()
