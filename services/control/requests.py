"""Requests that wait for the loop: bounded, each answered once, nobody's thread but the asker's
is held up."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Event

from rami.communication.live_site import Reply, Request, Verb

Told = Callable[[Reply], None]


class Waiting:
    """A request and the place for its answer."""

    def __init__(self, request: Request, told: Told | None = None) -> None:
        self.request = request
        self.begun = False
        self._told = told
        self._answered = Event()
        self._reply: Reply | None = None
        self._left: Callable[[Waiting], bool] = lambda _: True

    def answer(self, reply: Reply) -> None:
        """Give the answer; the first one counts."""
        if not self._left(self) or self._reply is not None:
            return
        self._reply = reply
        self._answered.set()
        if self._told is not None:
            self._told(reply)

    def reply(self, timeout_s: float) -> Reply | None:
        """The answer; None when there is none in time."""
        self._answered.wait(timeout_s)
        return self._reply


class Requests:
    """At most `limit` unanswered ones; what is more is refused at once."""

    def __init__(self, limit: int = 64) -> None:
        self.limit = limit
        self._changed = Condition()
        self._new: list[Waiting] = []
        self._open: set[Waiting] = set()
        self._closed = ""

    def submit(self, request: Request, told: Told | None = None) -> Waiting:
        """Queue it; `told` is called with the reply, in the thread that gives it."""
        waiting = Waiting(request, told)
        with self._changed:
            why = self._closed
            if not why and len(self._open) >= self.limit:
                why = f"{self.limit} requests wait already; try again later"
            if not why:
                waiting._left = self._leave
                self._open.add(waiting)
                self._new.append(waiting)
                self._changed.notify_all()
        if why:
            waiting.answer(Reply(False, (why,)))
        return waiting

    def take(self) -> tuple[Waiting, ...]:
        """Those that are new, in order; the taker owes each an answer."""
        with self._changed:
            taken, self._new = tuple(self._new), []
            for waiting in taken:
                waiting.begun = True
        return taken

    def wait(self, timeout_s: float) -> bool:
        """Until one is new; whether one is."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._new or self._closed), timeout_s)

    def give_up(self, waiting: Waiting, timeout_s: float) -> Reply:
        """The asker waits no longer: what to tell, and whether it may still be done."""
        with self._changed:
            withdrawn = not waiting.begun and waiting in self._open
            if withdrawn:
                self._new.remove(waiting)
                self._open.discard(waiting)
        late = waiting.reply(0.0)
        if late is not None:
            return late
        begun = "the loop was busy; withdrawn, nothing was done"
        if not withdrawn:
            begun = "it has begun and may still be done"
        return Reply(False, (f"no answer within {timeout_s:g} s: {begun}",))

    def close(self, why: str) -> None:
        """Refuse everything from now on, those that wait included; who asked for the end has it."""
        with self._changed:
            self._closed = why
            left = tuple(self._open)
            self._new = []
            self._changed.notify_all()
        for waiting in left:
            stop = waiting.request.verb is Verb.STOP
            waiting.answer(Reply(True, (), {"ended": why}) if stop else Reply(False, (why,)))

    def _leave(self, waiting: Waiting) -> bool:
        with self._changed:
            known = waiting in self._open
            self._open.discard(waiting)
        return known
