"""The newest sequence heard of every topic, kept on disk: what was said once is not heard again."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock

from rami.communication.service.message import Message
from rami.core.errors import RunError

#: topics of which one listener keeps track
TOPICS = 20_000


class Seen:
    """`fault(message)` is empty once for each message of a topic, and only for newer ones.

    A newest message that was heard before a restart is taken once more, since a broker keeps it
    and the listener has forgotten it; anything older never is.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file, self._turn = file, Lock()
        self._floor: dict[str, tuple[int, int]] = _read(file)
        self._now: dict[str, tuple[int, int]] = {}
        self._changed = False

    def fault(self, message: Message) -> str:
        """Empty where it may be heard, and then it is noted; `repeat` for the newest one come
        twice, as brokers do, `replay` for any older one."""
        topic, mark = str(message.topic), (message.sequence, message.sent_ns)
        with self._turn:
            last = self._now.get(topic)
            if mark == last:
                return "repeat"
            known = last or self._floor.get(topic)
            if known is not None and mark[0] <= known[0] and mark != known:
                return "replay"
            if last is None and len(self._now) >= TOPICS:
                return "flood"
            self._now[topic] = mark
            self._changed = True
            return ""

    def flush(self) -> None:
        """To disk, whole or not at all. Raises RunError."""
        with self._turn:
            if self._file is None or not self._changed:
                return
            marks = {**self._floor, **self._now}
            self._changed = False
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(marks), encoding="utf-8")
            part.replace(self._file)
        except OSError as error:
            raise RunError(f"{self._file} cannot be written: {error.strerror}") from error


def _read(file: Path | None) -> dict[str, tuple[int, int]]:
    if file is None or not file.exists():
        return {}
    try:
        marks = json.loads(file.read_text(encoding="utf-8"))
        return {str(topic): (int(s), int(sent)) for topic, (s, sent) in marks.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        # without it an old message could be heard again: nobody is served on a guess
        raise RunError(f"{file} does not read: {error}; mend it or remove it") from error
