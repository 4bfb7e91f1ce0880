"""One writer, or several readers, per folder."""

from __future__ import annotations

import os
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path

from rami.core.errors import RunError, UnreachableError

LOCK = "lock"


class FolderLock:
    """Held from the start to `release`; UnreachableError names who holds the folder.

    The kernel drops it when the process ends, however it ends.
    """

    def __init__(self, folder: Path, *, shared: bool) -> None:
        self._shared = shared
        flags = os.O_RDWR | os.O_CREAT
        try:
            self._handle = os.open(folder / LOCK, flags, 0o644)
        except OSError:
            if not shared:
                raise
            try:
                self._handle = os.open(folder / LOCK, os.O_RDONLY)
            except FileNotFoundError:
                raise RunError(
                    f"{folder}: not writable, and without a file {LOCK!r} that would keep writers "
                    f"away; make an empty one there"
                ) from None
        try:
            flock(self._handle, (LOCK_SH if shared else LOCK_EX) | LOCK_NB)
        except OSError:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip()
            os.close(self._handle)
            raise UnreachableError(_held(folder, holder, shared)) from None
        if not shared:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let others in."""
        if not self._shared:
            os.ftruncate(self._handle, 0)
        os.close(self._handle)


def _held(folder: Path, holder: str, shared: bool) -> str:
    if holder == str(os.getpid()):
        who = f"this process ({holder}) has it open already"
    elif holder and Path(f"/proc/{holder}").exists():
        who = f"process {holder} has it open"
    else:
        who = "another process has it open"
    wish = "read beside a writer" if shared else "write from two processes"
    return f"{folder}: {who}; close it there, or {wish} with `historian: {{kind: postgres, ...}}`"
