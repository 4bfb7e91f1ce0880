"""A partner's folder: files come into `in`, go to `done` or, with a reason beside them, to `bad`.

Nothing that he dropped is ever lost, and nothing is taken that he has not finished: names that
begin with a point or end in `.part` or `.tmp` are on their way.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from rami.core.errors import RunError

_ON_THEIR_WAY = (".part", ".tmp", ".filepart", ".crdownload")
#: largest file that is read, bytes, and files of one look
LARGEST, MOST = 32 << 20, 200


class PartnerFolder:
    """Raises RunError where the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            for part in ("in", "out", "done", "bad"):
                (folder / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{folder} cannot be used: {error.strerror}") from error

    def waiting(self) -> list[Path]:
        """Files that are finished, by name."""
        try:
            found = sorted(p for p in (self.folder / "in").iterdir() if p.is_file())
        except OSError as error:
            raise RunError(f"{self.folder} cannot be read: {error.strerror}") from error
        whole = [p for p in found if not p.name.startswith(".")]
        return [p for p in whole if p.suffix not in _ON_THEIR_WAY][:MOST]

    def newest_done(self, kind: str) -> Path | None:
        """The file of a kind that was taken last."""
        done = [p for p in (self.folder / "done").glob(f"{kind}*") if p.is_file()]
        return max(done, key=lambda p: (p.stat().st_mtime_ns, p.name), default=None)

    def taken(self, file: Path) -> None:
        """It was read."""
        self._move(file, "done")

    def refused(self, file: Path, why: str) -> None:
        """It was not; one line beside it says why."""
        target = self._move(file, "bad")
        self._write(target.with_name(f"{target.name}.reason.txt"), " ".join(why.split()) + "\n")

    def put(self, name: str, text: str) -> None:
        """A file for the partner, whole or not at all."""
        self._write(self.folder / "out" / name, text)

    def _move(self, file: Path, where: str) -> Path:
        target, number = self.folder / where / file.name, 1
        while target.exists():
            number += 1
            target = self.folder / where / f"{file.stem}-{number}{file.suffix}"
        try:
            file.rename(target)
        except OSError as error:
            raise RunError(f"{file} cannot be moved: {error.strerror}") from error
        return target

    def _write(self, file: Path, text: str) -> None:
        part = file.with_name(f".{file.name}.part")
        try:
            with part.open("w", encoding="utf-8") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            part.replace(file)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise RunError(f"{file} cannot be written: {error.strerror}") from error
