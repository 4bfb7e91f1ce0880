"""Journal of events: lines of JSON in the run's folder, durable when a checkpoint is made."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from rami.core.errors import RunError
from rami.core.event import Event
from services.control.event_lines import event_line, line_event

#: name within the folder of a run
EVENTS_FILE = "events.jsonl"
#: bytes that wait for a disk that takes none
_PENDING_MOST = 4 << 20


class EventJournal:
    """Appends; one process at a time. A torn last line is cut off when the file is opened.

    A disk that takes nothing holds nobody up: lines wait, then are lost and counted in `lost`;
    `sync` tells. Raises RunError where the file cannot be opened.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lost = 0
        self._pending = bytearray()
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._handle = os.open(file, flags, 0o644)
            _cut(file, self._handle, None)
        except OSError as error:
            raise RunError(f"{file}: events cannot be kept: {error.strerror}") from None

    def append(self, event: Event) -> None:
        """Hand one line to the system; raises nothing."""
        line = event_line(event)
        if len(self._pending) + len(line) > _PENDING_MOST:
            self.lost += 1
            return
        self._pending += line
        try:
            self._drain()
        except OSError:
            return  # tried again with the next event

    def sync(self) -> None:
        """Everything so far is durable on return. Raises RunError where it is not."""
        try:
            self._drain()
            os.fsync(self._handle)
        except OSError as error:
            raise RunError(f"{self.file}: events cannot be kept: {error.strerror}") from None

    def truncate_to(self, number: int) -> None:
        """Drop what came after event `number`, durably: a resumed run tells it anew."""
        try:
            self._pending.clear()
            _cut(self.file, self._handle, number)
            os.fsync(self._handle)
        except OSError as error:
            raise RunError(f"{self.file}: cannot be resumed: {error.strerror}") from None

    def close(self) -> None:
        """Let go of the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _drain(self) -> None:
        while self._pending:
            del self._pending[: os.write(self._handle, self._pending)]


def read_events(file: Path, after: int = 0) -> Iterator[Event | None]:
    """Events with a number above `after`; None for a damaged line. A torn last line is left out.

    Raises OSError.
    """
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            event = line_event(line)
            if event is None or event.number > after:
                yield event


def last_events(file: Path, count: int) -> tuple[Event, ...]:
    """The last `count` whole events. Raises OSError."""
    return tuple(deque((e for e in read_events(file) if e is not None), maxlen=count))


def _cut(file: Path, handle: int, number: int | None) -> None:
    """Keep whole lines only, and none from the first event above `number` on."""
    keep = 0
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            if number is not None and (event := line_event(line)) and event.number > number:
                break
            keep += len(line)
    if keep != os.fstat(handle).st_size:
        os.ftruncate(handle, keep)
