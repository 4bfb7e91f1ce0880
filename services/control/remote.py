"""A running site seen from another process."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Self

from rami.communication.live_site import PlanView, Reply, Request, SiteView
from rami.core.errors import UnreachableError
from rami.core.event import Event as Happened
from rami.core.points import PointIndex
from services.control.address import SOCKET_FILE
from services.control.alarms import Held, Key
from services.control.asking import ask
from services.control.event_lines import event_from
from services.control.frames import view_of
from services.control.messages import plan_of, points_of
from services.control.published import ENDED, OVER
from services.control.stream import Stream, opened

#: state of a view whose loop does not answer
LOST = "lost"
_KEPT = 10_000
_AGAIN_S, _AGAIN_MOST_S = 0.05, 2.0
_LEAVE_S = 2.0
#: what a damaged message raises
_DAMAGE = (ValueError, KeyError, TypeError, IndexError, AttributeError)


class RemoteSite:
    """Implements `LiveSite` for the run at `run`, its folder or its control socket.

    A thread reads what the loop's process (`pid`) sends, and connects anew after a loss. Meanwhile
    the view is the last one with the state `lost`, and `trouble` says why; after an end in order
    it is `ended`. Of events the last ones are held; with `history` false only those from now on.
    Raises UnreachableError where nobody answers within `patience_s`.
    """

    def __init__(self, run: Path, *, history: bool = True, patience_s: float = 10.0) -> None:
        self.path = run / SOCKET_FILE if run.is_dir() else run
        self.trouble = ""
        self._patience_s = patience_s
        self._moved = Condition()
        self._plans: dict[str, PlanView | None] = {"plan": None, "proposal": None}
        self._events: deque[Happened] = deque(maxlen=_KEPT)
        self._conditions: dict[Key, Held] = {}
        self._view: SiteView | None = None
        self._closed = Event()
        self._after = 0 if history else None
        self._stream = opened(self.path, self._after, patience_s)
        try:
            self.name, self.twins, self._points = self._hello(self._stream)
            self.pid = int(self._stream.hello["pid"])
            while not self._told():
                self._take(self._stream)
        except (*_DAMAGE, OSError) as error:
            self._stream.close()
            raise UnreachableError(f"{self.path}: {error}") from None
        self._thread: Thread = Thread(target=self._run, name="remote site", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        self._closed.set()
        self._stream.hang_up()
        # it may be at the door of a process that does not let it in, and ends by itself
        self._thread.join(_LEAVE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def points(self, twin: str) -> PointIndex:
        """Outputs, then what acts on the twin, then what is actuated."""
        return self._points[twin]

    def view(self) -> SiteView:
        """After the last step that was told."""
        assert self._view is not None
        return self._view

    def plan(self) -> PlanView | None:
        """What is followed now."""
        return self._plans["plan"]

    def proposal(self) -> PlanView | None:
        """A plan that waits for an operator."""
        return self._plans["proposal"]

    def events(self, after: int = 0, at_most: int = 1000) -> tuple[Happened, ...]:
        """Of those held, the ones with a number above `after`, in order."""
        with self._moved:
            return tuple(islice((e for e in self._events if e.number > after), max(at_most, 0)))

    def conditions(self) -> Mapping[Key, Held]:
        """What holds or waits to be acknowledged."""
        return self._conditions

    def wait(self, step: int, timeout_s: float) -> bool:
        """Until a step after `step` was told; whether one was in time."""
        with self._moved:
            return self._moved.wait_for(lambda: self.view().step > step, timeout_s)

    def ask(self, request: Request, timeout_s: float = 30.0) -> Reply:
        """Have it done by the loop; a reply that says so where nobody answers."""
        try:
            return ask(self.path, request, timeout_s)
        except UnreachableError as error:
            return Reply(False, (str(error),))

    def _told(self) -> bool:
        return self._view is not None

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                while True:
                    self._take(self._stream)
            except (*_DAMAGE, OSError) as error:
                self._lose(str(error))
            self._stream.close()
            again = _AGAIN_S
            while not self._closed.wait(again) and not self._found_again():
                again = min(2.0 * again, _AGAIN_MOST_S)

    def _found_again(self) -> bool:
        try:
            stream = opened(self.path, self._after, self._patience_s)
        except UnreachableError as error:
            self._lose(str(error))
            return False
        try:
            name, twins, points = self._hello(stream)
            same = all(points[t].points == self._points[t].points for t in twins)
            if (name, twins) != (self.name, self.twins) or not same:
                raise ValueError(f"another site runs there now: {name}")
        except _DAMAGE as error:
            stream.close()
            self._lose(str(error))
            return False
        with self._moved:
            # maybe resumed at a checkpoint: everything is told anew
            if self._after is not None:
                self._events.clear()
            self._conditions = {}
            self._plans = dict.fromkeys(self._plans)
            self.pid, self.trouble = int(stream.hello["pid"]), ""
        self._stream = stream
        if self._closed.is_set():
            stream.hang_up()
        return True

    def _hello(self, stream: Stream) -> tuple[str, tuple[str, ...], dict[str, PointIndex]]:
        told = stream.hello
        points = {twin: points_of(rows) for twin, rows in told["points"].items()}
        return str(told["name"]), tuple(told["twins"]), points

    def _take(self, stream: Stream) -> None:
        """One message. Raises OSError at the end, and what damaged ones raise."""
        message, payload = stream.read()
        with self._moved:
            if "frame" in message:
                self._view = view_of(message, payload, self._points)
            for word in ("plan", "proposal"):
                if word in message:
                    self._plans[word] = plan_of(message[word])
            if "events" in message:
                self._events.extend(map(event_from, message["events"]))
            if "conditions" in message:
                held = [(event_from(event), bool(seen)) for event, seen in message["conditions"]]
                self._conditions = {(e.source, e.condition): (e, seen) for e, seen in held}
            if "bye" in message and self._view is not None and self._view.state not in OVER:
                self._view = replace(self._view, state=ENDED)
            self._moved.notify_all()

    def _lose(self, why: str) -> None:
        self.trouble = why
        with self._moved:
            if self._view is not None and self._view.state not in OVER:
                self._view = replace(self._view, state=LOST)
                self._moved.notify_all()
