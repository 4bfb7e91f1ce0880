"""When a run's state is written, who asked for it, and what if the disk does not take it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rami.communication.live_site import Reply
from rami.core.errors import RunError
from rami.core.event import EventKind, Severity
from services.control.requests import Waiting
from services.runtime.beside import Happened


class Saving:
    """Calls `write`, which gives the file or raises RunError, every `every_s` seconds of the wall
    clock and when somebody asks; a run goes on without, and an alarm says so."""

    def __init__(self, write: Callable[[], Path], every_s: float, happened: Happened) -> None:
        self._write, self._every_s, self._happened = write, every_s, happened
        self._asked: list[Waiting] = []
        self._trouble = ""
        self._saved_s = time.monotonic()

    def ask(self, waiting: Waiting) -> None:
        """Save at the next opportunity, and answer then."""
        self._asked.append(waiting)

    def between(self) -> None:
        """An exchange step is over."""
        if self._asked or time.monotonic() - self._saved_s >= self._every_s:
            self.now()

    def now(self) -> str:
        """Save; why that failed, empty when it did not."""
        asked, self._asked = self._asked, []
        trouble, told = "", {}
        try:
            told["file"] = str(self._write())
        except RunError as error:
            trouble = str(error)
        self._saved_s = time.monotonic()
        for one in asked:
            one.answer(Reply(not trouble, (trouble,) if trouble else (), told))
        if bool(trouble) != bool(self._trouble):
            self._trouble = trouble
            self._happened(
                EventKind.CHECKPOINT, "", Severity.ALARM if trouble else Severity.NOTE,
                f"no checkpoint: {trouble}" if trouble else "checkpoints are written again",
                condition="no checkpoint", active=bool(trouble),
            )  # fmt: skip
        return trouble
