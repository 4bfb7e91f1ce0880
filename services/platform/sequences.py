"""Numbers of a sender's messages: each once, ever rising, over restarts too."""

from __future__ import annotations

import json
import os
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from weakref import finalize

from rami.core.errors import RunError

#: numbers reserved on disk at a time; after a crash the rest of them is skipped
_BLOCK = 1000


class Sequences:
    """One owner's senders. The file is one platform's at a time, from the first number on: two
    would speak with the same numbers, and listeners would take one for a replay."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock: finalize[[int], Sequences] | None = None
        self._next: dict[str, int] = {}
        self._reserved: dict[str, int] = _read(file)

    def next(self, service: str) -> int:
        """The next number, from 1 on. Raises RunError where none can be reserved."""
        self._hold()
        number = self._next.get(service, self._reserved.get(service, 1))
        if number >= self._reserved.get(service, 1):
            before = dict(self._reserved)
            self._reserved[service] = number + _BLOCK
            try:
                self._write()
            except RunError:
                self._reserved = before  # without it no number may be given away
                raise
        self._next[service] = number + 1
        return number

    def close(self) -> None:
        """Give back what was reserved and not used."""
        self._reserved |= self._next
        try:
            if self._next:
                self._write()
        finally:
            if self._lock is not None:
                self._lock()
                self._lock = None

    def _hold(self) -> None:
        """Take the file, and go on from what it holds now. Raises RunError."""
        if self._file is None or self._lock is not None:
            return
        name = self._file.with_suffix(".lock")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError as error:
            raise RunError(f"{name} cannot be written: {error.strerror}") from error
        try:
            flock(opened, LOCK_EX | LOCK_NB)
        except OSError:
            os.close(opened)
            where = self._file.parent
            raise RunError(f"another platform speaks for this owner from {where}") from None
        self._lock, self._reserved = finalize(self, os.close, opened), _read(self._file)

    def _write(self) -> None:
        if self._file is None:
            return
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(self._reserved), encoding="utf-8")
            part.replace(self._file)
        except OSError as error:
            raise RunError(f"{self._file} cannot be written: {error.strerror}") from error


def _read(file: Path | None) -> dict[str, int]:
    if file is None or not file.exists():
        return {}
    try:
        return {str(k): int(v) for k, v in json.loads(file.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise RunError(f"{file} does not read: {error}; mend it or remove it") from error
