"""The bounded queue between a loop and the writer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Condition, RLock
from typing import Literal

from rami.core.errors import RunError
from rami.information.historian.batch import Appended
from rami.information.historian.counters import Counters

WhenFull = Literal["drop_oldest", "drop_newest", "wait"]


@dataclass(frozen=True)
class Waiting:
    """Rows of one append, and when they came."""

    ticket: int
    rows: Appended
    since_s: float


class RowQueue:
    """At most `limit` rows wait (one append larger than that waits alone).

    `turn` guards everything here and the counters; rows that the writer has taken count as
    queued until it says `done`.
    """

    def __init__(self, limit: int, when_full: WhenFull, counters: Counters) -> None:
        self._lock = RLock()  # entered without the detour of a condition: `put` is the loop's
        self.turn = Condition(self._lock)
        self.rows = 0
        self.tickets = 0
        self.open = True
        self._limit = limit
        self._when_full = when_full
        self._counters = counters
        self._waiting: deque[Waiting] = deque()
        self._taken = 0
        self._idle = False

    def put(self, rows: Appended, now_s: float) -> int:
        """A ticket; what meets a full queue goes by the rule. RunError when it is closed."""
        count = len(rows)
        with self._lock:
            if self._when_full == "wait":
                self.turn.wait_for(lambda: self._fits(count) or not self.open)
            elif self._when_full == "drop_oldest":
                while self._waiting and not self._fits(count):
                    oldest = self._waiting.popleft()
                    self.rows -= len(oldest.rows)
                    self._counters.dropped += len(oldest.rows)
            if not self.open:
                raise RunError("the historian is closed: rows are not taken any more")
            self.tickets += 1
            if not self._fits(count):
                self._counters.dropped += count
            elif count:
                self._waiting.append(Waiting(self.tickets, rows, now_s))
                self.rows += count
                if self.rows > self._counters.most_queued:
                    self._counters.most_queued = self.rows
                if self._idle:
                    self.turn.notify_all()
            return self.tickets

    def _fits(self, count: int) -> bool:
        return self.rows == 0 or self.rows + count <= self._limit

    def take(self, limit: int) -> list[Waiting]:
        """The oldest appends of up to `limit` rows (one at least); waits for some.

        None at all when the queue is closed and empty.
        """
        with self.turn:
            self._idle = True
            self.turn.wait_for(lambda: bool(self._waiting) or not self.open)
            self._idle = False
            taken: list[Waiting] = []
            size = 0
            while self._waiting and (not taken or size + len(self._waiting[0].rows) <= limit):
                taken.append(self._waiting.popleft())
                size += len(taken[-1].rows)
            self._taken = size
            return taken

    def done(self) -> None:
        """What was taken is no longer in the writer's hands."""
        with self.turn:
            self.rows -= self._taken
            self._taken = 0
            self.turn.notify_all()

    def first_open(self) -> int:
        """Tickets below this one are settled."""
        return self._waiting[0].ticket if self._waiting else self.tickets + 1

    def close(self) -> None:
        """Nothing more is put in."""
        with self.turn:
            self.open = False
            self.turn.notify_all()
