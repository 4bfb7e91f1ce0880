"""Messages on their way out, kept on disk until they are taken."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from rami.core.errors import RunError

_END = ".json"


def key_of(text: str) -> str:
    """Key of a message: equal content, equal key."""
    return sha256(text.encode()).hexdigest()[:20]


class Outbox:
    """A folder with one file a message, at most `most` of them; a name is put once."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most

    def put(self, name: str, message: str) -> None:
        """Keep a message: it appears whole. RunError when the outbox is full or cannot be
        written; nothing that waits is ever dropped for it."""
        target = self.folder / f"{name}{_END}"
        half = self.folder / f".{name}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if target.exists():
                return
            waiting = len(self.waiting())
            if waiting >= self.most:
                raise RunError(
                    f"outbox {self.folder} is full: {waiting} messages wait; see why they are not "
                    "taken, or raise outbox_most"
                )
            with half.open("w", encoding="utf-8") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            half.replace(target)
        except OSError as error:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise RunError(f"outbox {self.folder} cannot be written: {error.strerror}") from error

    def waiting(self) -> list[str]:
        """Names of the messages that wait, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(f.name.removesuffix(_END) for f in self.folder.glob(f"[!.]*{_END}"))

    def message(self, name: str) -> str:
        """A waiting message; RunError when it cannot be read."""
        try:
            return (self.folder / f"{name}{_END}").read_text(encoding="utf-8")
        except OSError as error:
            raise RunError(f"outbox {self.folder}: {name} {error.strerror}") from error

    def remove(self, name: str) -> None:
        """Forget a message that was taken."""
        (self.folder / f"{name}{_END}").unlink(missing_ok=True)
