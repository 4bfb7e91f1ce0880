"""Readers go on while one writes; files are removed when nobody reads them any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turnstile:
    """Any number of readers, or one who changes what they see."""

    def __init__(self) -> None:
        self._turn = Condition()
        self._readers = 0
        self._changing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While inside, nothing that is read goes away."""
        with self._turn:
            self._turn.wait_for(lambda: not self._changing)
            self._readers += 1
        try:
            yield
        finally:
            with self._turn:
                self._readers -= 1
                self._turn.notify_all()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """While inside, nobody reads."""
        with self._turn:
            self._turn.wait_for(lambda: not self._changing)
            self._changing = True
        try:
            with self._turn:
                self._turn.wait_for(lambda: self._readers == 0)
            yield
        finally:
            with self._turn:
                self._changing = False
                self._turn.notify_all()
