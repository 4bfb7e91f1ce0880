"""Checkpoints: files of the whole run, the last two of them kept."""

from __future__ import annotations

import os
from pathlib import Path

from rami.core.errors import DataError, RunError
from rami.core.snapshot import Snapshot

_PATTERN, _KEPT = "checkpoint-*.bin", 2


class Checkpoints:
    """In a run's folder; each is whole or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = max((_number(f) for f in folder.glob(_PATTERN)), default=0)

    def write(self, state: Snapshot) -> Path:
        """Durable on return; RunError when the disk does not take it."""
        self._number += 1
        file = self.folder / f"checkpoint-{self._number:06d}.bin"
        fresh = file.with_suffix(".new")
        try:
            with fresh.open("wb") as into:
                into.write(state.to_bytes())
                into.flush()
                os.fsync(into.fileno())
            fresh.replace(file)
            handle = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise RunError(f"cannot write {file}: {error.strerror or error}") from None
        for old in self._files()[:-_KEPT]:
            old.unlink(missing_ok=True)
        return file

    def last(self, kind: str, version: int) -> tuple[Path, Snapshot] | None:
        """The latest that can be read, None where there is no file.

        RunError naming each file where there are some and none can be read.
        """
        wrong = []
        for file in reversed(self._files()):
            try:
                return file, Snapshot.from_bytes(file.read_bytes(), kind, version)
            except DataError as error:
                wrong.append(f"{file}: {error}")
            except OSError as error:
                wrong.append(f"{file}: {error.strerror}")
        if wrong:
            raise RunError("no checkpoint can be used: " + "; ".join(wrong))
        return None

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(_PATTERN), key=_number)


def _number(file: Path) -> int:
    digits = file.stem.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0
