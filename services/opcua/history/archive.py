"""The historian's store, opened when it is first asked, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from rami.core.errors import RamiError, UnreachableError
from services.opcua.history.past import Past

_logger = logging.getLogger(__name__)
T = TypeVar("T")
#: between two tries to open a store that cannot be had, s
_AGAIN = 5.0
#: a store is held open for one request's questions at most so long, s
_HELD = 0.5


class Archive:
    """`opening` gives the store. Questions are answered one after the other, off the event loop;
    at most `waiting` of them wait. Raises UnreachableError where the store cannot be had, or too
    many wait."""

    def __init__(self, opening: Callable[[], Past], waiting: int = 100) -> None:
        self._opening, self._most = opening, waiting
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="opcua-history")
        self._past: Past | None = None
        self._failed_s, self._trouble = -1e9, ""
        self._waiting = self._holders = 0
        self._opened_s = 0.0

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Questions within need not open the store anew, each of them."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
            if self._past is not None and not self._holders and not self._waiting:
                await asyncio.get_running_loop().run_in_executor(self._pool, self._let_go)

    async def ask(self, question: Callable[[Past], T]) -> T:
        """An answer; raises what the store raises."""
        if self._waiting >= self._most:
            raise UnreachableError(f"{self._most} questions to the historian wait already")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, self._answer, question)
        finally:
            self._waiting -= 1

    def _answer(self, question: Callable[[Past], T]) -> T:
        done = False
        try:
            answer = question(self._opened())
            done = True
            return answer
        finally:
            # a store that is held open for reading keeps a writer out
            wanted = self._waiting > 1 or self._holders
            if not done or not wanted or time.monotonic() - self._opened_s > _HELD:
                self._let_go()

    def _opened(self) -> Past:
        if self._past is None:
            if time.monotonic() - self._failed_s < _AGAIN:
                raise UnreachableError(self._trouble)
            try:
                self._past, self._opened_s = self._opening(), time.monotonic()
            except RamiError as error:
                if str(error) != self._trouble:
                    _logger.warning("no history: %s", error)
                self._failed_s, self._trouble = time.monotonic(), str(error)
                raise UnreachableError(self._trouble) from None
            self._trouble = ""
        return self._past

    def _let_go(self) -> None:
        past, self._past = self._past, None
        if past is not None:
            past.close()

    def close(self) -> None:
        """Let go of the store; questions that wait are not answered."""
        self._pool.submit(self._let_go)
        self._pool.shutdown(wait=True, cancel_futures=False)
