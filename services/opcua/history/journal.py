"""Events of a run by time, out of its journal; read in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np

from rami.core.errors import UnreachableError
from rami.core.event import Event
from services.control.event_lines import line_event

T = TypeVar("T")


class Journal:
    """Knows where in `file` each event is, and looks for new ones at every question; questions
    are answered one after the other, at most `waiting` of them wait.

    A run that is resumed takes the last events back and tells them anew: then all is looked
    through again.
    """

    def __init__(self, file: Path, waiting: int = 100) -> None:
        self._file, self._most, self._waiting = file, waiting, 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="opcua-journal")
        self._forget()

    async def ask(self, question: Callable[[Journal], T]) -> T:
        """An answer. UnreachableError where the file cannot be read, or too many wait."""
        if self._waiting >= self._most:
            raise UnreachableError(f"{self._most} questions to the journal wait already")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, self._answer, question)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Nothing is asked any more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _answer(self, question: Callable[[Journal], T]) -> T:
        try:
            return question(self)
        except OSError as error:
            raise UnreachableError(f"{self._file}: {error.strerror}") from None

    def between(self, low_ns: int, high_ns: int, *, backward: bool = False) -> Iterator[Event]:
        """Events in [low, high), in their order or against it. Raises OSError."""
        self._look()
        times = np.array(self._times, np.int64)
        chosen = np.flatnonzero((times >= low_ns) & (times < high_ns))
        with self._file.open("rb") as file:
            for place in (chosen[::-1] if backward else chosen).tolist():
                file.seek(self._offsets[place])
                event = line_event(file.readline())
                if event is None or event.time_ns != self._times[place]:
                    # told anew under our eyes
                    self._forget()
                    return
                yield event

    def _forget(self) -> None:
        self._size = 0
        self._times: list[int] = []
        self._offsets: list[int] = []

    def _look(self) -> None:
        if self._file.stat().st_size < self._size:
            self._forget()
        with self._file.open("rb") as file:
            if self._offsets:
                file.seek(self._offsets[-1])
                last = line_event(file.readline())
                if last is None or last.time_ns != self._times[-1] or file.tell() != self._size:
                    self._forget()
            file.seek(self._size)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                event = line_event(line)
                if event is not None:
                    self._times.append(event.time_ns)
                    self._offsets.append(self._size)
                self._size += len(line)
