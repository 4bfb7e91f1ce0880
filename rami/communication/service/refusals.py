"""What was refused: counted at once, kept in the audit in batches, so that a flood stays cheap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from rami.core.audit import Audit, AuditEntry

#: different refusals kept between two batches; more are only counted
KEPT = 1000
#: events that a flood of them makes between two batches
TOLD = 50
#: a broker repeats its newest message whenever one connects: counted, not told
HARMLESS = "repeat"


class Refusal(NamedTuple):
    """One message not passed on: in whose name, which topic, to whom, and why."""

    reason: str
    who: str
    topic: str
    to: str = ""
    detail: str = ""


class Refusals:
    """Counters by reason and rows for an audit. Calls may come from any thread."""

    def __init__(self, clock: Callable[[], int], audit: Audit | None = None) -> None:
        self._clock, self._audit = clock, audit
        self._turn = Lock()
        self._counts: Counter[str] = Counter()
        self._by_sender: Counter[tuple[str, str]] = Counter()
        self._waiting: dict[Refusal, list[int]] = {}
        self._told: dict[tuple[str, str, str], Refusal] = {}

    def add(self, refusal: Refusal) -> None:
        """Count it; the audit has it after the next `flush`."""
        now = self._clock()
        with self._turn:
            self._counts[refusal.reason] += 1
            if len(self._by_sender) < KEPT or (refusal.who, refusal.reason) in self._by_sender:
                self._by_sender[refusal.who, refusal.reason] += 1
            if refusal.reason == HARMLESS:
                return
            row = self._waiting.get(refusal)
            if row:
                row[1:] = [now, row[2] + 1]
            elif len(self._waiting) < KEPT:
                self._waiting[refusal] = [now, now, 1]
                if len(self._told) < TOLD:
                    self._told.setdefault((refusal.reason, refusal.who, refusal.topic), refusal)

    def counts(self) -> dict[str, int]:
        """So far, by reason."""
        with self._turn:
            return dict(self._counts)

    def by_sender(self) -> dict[tuple[str, str], int]:
        """So far, by the name that was claimed and reason."""
        with self._turn:
            return dict(self._by_sender)

    def take(self) -> list[Refusal]:
        """Those since the last call, one for each sender, topic and reason; for events."""
        with self._turn:
            told, self._told = self._told, {}
        return list(told.values())

    def flush(self) -> None:
        """Into the audit, one row for equal ones. Raises RunError as the audit does."""
        with self._turn:
            waiting, self._waiting = self._waiting, {}
        if self._audit is not None and waiting:
            self._audit.record(tuple(_entry(r, *row) for r, row in waiting.items()))

    def close(self) -> None:
        """Flush, and let go of the audit where it can be let go."""
        self.flush()
        end = getattr(self._audit, "close", None)
        if end is not None:
            end()


def _entry(refusal: Refusal, first_ns: int, last_ns: int, times: int) -> AuditEntry:
    why = " ".join(w for w in (refusal.reason, refusal.detail) if w)
    if refusal.to:
        why = f"{why} (to {refusal.to})"
    until_ns = last_ns if times > 1 else None
    return AuditEntry(
        first_ns, refusal.who, refusal.topic, None, None, None, why, "refused", times, until_ns
    )
