"""Audit of logins and writes: one thread writes, the event loop never waits for the disk."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from rami.core.audit import Audit, AuditEntry
from rami.core.errors import RamiError
from services.opcua.security.acts import Act
from services.opcua.security.tries import Budget

_logger = logging.getLogger(__name__)
#: acts that wait for the disk; above it refusals are counted, not written one by one
_MOST = 1000
_BATCH = 200
#: refusals of one person or address that are written: a second, and at once
_REFUSALS = (0.5, 200.0)


@dataclass(frozen=True)
class _Waiting:
    entry: AuditEntry
    done: Callable[[bool], None] | None


class Trail:
    """Acts of people at the server, in the audit. Equal acts in a row become one row.

    Refusals may come by the thousand, to fill the disk or to keep the audit from others: of each
    person and address so many are written, and never into the second half of the queue; the rest
    is counted in `dropped`, and told with the next one that is written.
    """

    def __init__(self, audit: Audit, clock: Callable[[], int] = time.time_ns) -> None:
        self._audit, self._clock = audit, clock
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(_MOST)
        self.dropped = self._untold = 0
        self._refusals = Budget(*_REFUSALS)
        self._heard: Callable[[AuditEntry, Act | None], None] = _nobody
        self._thread = threading.Thread(target=self._run, name="opcua-audit", daemon=True)
        self._thread.start()

    def listen(self, heard: Callable[[AuditEntry, Act | None], None]) -> None:
        """Have `heard` told of each act too, from within the server's loop."""
        self._heard = heard

    def tell(self, who: str, what: str, why: str, outcome: str, act: Act | None = None) -> None:
        """An act nobody waits for."""
        if outcome == "refused":
            if self._queue.qsize() > _MOST // 2 or not self._refusals.take(who):
                self.dropped += 1
                self._untold += 1
                return
            if self._untold:
                why = f"{why} (and {self._untold} refusals before that are not here)"
                self._untold = 0
        entry = self._entry(who, what, why, outcome)
        try:
            self._queue.put_nowait(_Waiting(entry, None))
        except queue.Full:
            self.dropped += 1
        self._heard(entry, act)

    async def kept(
        self, who: str, what: str, why: str, outcome: str, act: Act | None = None
    ) -> bool:
        """An act that may only go on when it is on the disk; whether it is."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()

        def settle(written: bool) -> None:
            if not future.done():
                future.set_result(written)

        def done(written: bool) -> None:
            # the server may have ended meanwhile
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, written)

        try:
            entry = self._entry(who, what, why, outcome)
            self._queue.put_nowait(_Waiting(entry, done))
        except queue.Full:
            self.dropped += 1
            return False
        written = await future
        if written:
            self._heard(entry, act)
        return written

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._queue.put(None)
        self._thread.join(10.0)

    def _entry(self, who: str, what: str, why: str, outcome: str) -> AuditEntry:
        return AuditEntry(
            self._clock(), who[:200], what[:200], None, None, None, why[:300], outcome
        )

    def _run(self) -> None:
        ended = False
        while not ended:
            batch = [self._queue.get()]
            while len(batch) < _BATCH:
                try:
                    batch.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            ended = None in batch
            waiting = [b for b in batch if b is not None]
            written = self._write([w.entry for w in waiting]) if waiting else True
            for one in waiting:
                if one.done is not None:
                    one.done(written)

    def _write(self, entries: list[AuditEntry]) -> bool:
        try:
            self._audit.record(_together(entries))
        except RamiError as error:
            _logger.error("audit: %s", error)
            return False
        return True


def _nobody(_: AuditEntry, __: Act | None) -> None:
    """Listens."""


def _together(entries: list[AuditEntry]) -> tuple[AuditEntry, ...]:
    rows: list[AuditEntry] = []
    for entry in entries:
        last = rows[-1] if rows else None
        if last is not None and last[1:8] == entry[1:8]:
            rows[-1] = last._replace(times=last.times + 1, until_ns=entry.at_ns)
        else:
            rows.append(entry)
    return tuple(rows)
