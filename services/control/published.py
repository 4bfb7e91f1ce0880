"""What the loop makes known of a running site, and what is asked of it; in the loop's process."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from threading import Condition

from rami.communication.live_site import Pace, PlanView, Reply, Request, SiteView, Verb
from rami.core.errors import RunError
from rami.core.event import Event, EventKind, Severity
from rami.core.points import PointIndex
from services.control.alarms import Alarms, Held, Key
from services.control.event_lines import detail, event_from, event_plain
from services.control.journal import EventJournal, last_events
from services.control.requests import Requests, Told, Waiting
from services.control.wanted import checked

#: state of a view before the first step, and after the end
STARTING, ENDED = "starting", "ended"
#: states of a loop that came to its end by itself; any other one may be lost
OVER = (ENDED, "stopped", "failed")
#: told by a reply that refuses arguments before the loop saw them
WRONG = "wrong_arguments"
_VERSION = 1


class Published:
    """Implements `LiveSite`. The loop calls `publish`, `publish_plan`, `propose`, `happened`,
    takes `requests()` between two steps and answers each, and `end`s it; everybody else reads.

    `points` by twin as `LiveSite.points` orders them; `clock` gives the loop's time (UTC ns) for
    events. Before the first step the view is of step 0, without twins, state `starting`. The last
    `keep` events are held; all are in `journal`, where there is one, and numbers go on from there.
    `refused` is told of requests with wrong arguments and why, in the thread that asked.
    """

    def __init__(
        self,
        name: str,
        points: Mapping[str, PointIndex],
        clock: Callable[[], int],
        journal: EventJournal | None = None,
        keep: int = 10_000,
        waiting: int = 64,
        refused: Callable[[Request, tuple[str, ...]], None] | None = None,
    ) -> None:
        self.name = name
        self.twins = tuple(points)
        self._points = dict(points)
        self._clock, self._journal, self._refused = clock, journal, refused
        self._moved = Condition()
        self._view = SiteView(0, clock(), {}, Pace("", 0.0, 0, 0, 0, 0.0, 0.0), state=STARTING)
        self._plan: PlanView | None = None
        self._proposal: PlanView | None = None
        # a run that ended before its first checkpoint left events that nothing else tells of
        self._kept = deque(last_events(journal.file, keep) if journal else (), maxlen=keep)
        self._last = self._kept[-1].number if self._kept else 0
        self._alarms = Alarms()
        self._requests = Requests(waiting)
        self._listeners: tuple[Callable[[], None], ...] = ()

    def publish(self, view: SiteView) -> None:
        """The state after a step."""
        with self._moved:
            self._view = view
            self._moved.notify_all()
        self._ring()

    def publish_plan(self, plan: PlanView | None) -> None:
        """What is followed from now on; a proposal that became the plan waits no longer."""
        proposal = self._proposal
        if plan is not None and proposal is not None and plan.made_ns == proposal.made_ns:
            self._proposal = None
        elif _same(plan, self._plan):
            return
        self._plan = plan
        self._ring()

    def propose(self, plan: PlanView | None) -> None:
        """A plan that waits for an operator; None: none does."""
        if plan is not None and not plan.proposed:
            plan = replace(plan, proposed=True)
        if not _same(plan, self._proposal):
            self._proposal = plan
            self._ring()

    def happened(
        self,
        kind: EventKind,
        source: str,
        severity: Severity,
        text: str,
        *,
        condition: str = "",
        active: bool = False,
        **details: float | str | bool,
    ) -> Event:
        """Number an event, keep it, write it into the journal. From any thread."""
        plain = {name: detail(value) for name, value in details.items()}
        with self._moved:
            self._last += 1
            event = Event(
                self._last, self._clock(), kind, source, severity, text, condition, active, plain
            )
            self._kept.append(event)
            self._alarms.take(event)
            if self._journal is not None:
                self._journal.append(event)
        self._ring()
        return event

    def requests(self) -> tuple[Waiting, ...]:
        """Those that are new, in order, for the loop to answer; acknowledgements are dealt with
        here. Never waits."""
        handed = []
        for waiting in self._requests.take():
            if waiting.request.verb is Verb.ACKNOWLEDGE:
                waiting.answer(self._acknowledged(waiting.request))
            else:
                handed.append(waiting)
        return tuple(handed)

    def wait_for_request(self, timeout_s: float) -> bool:
        """For a loop that waits for its next step: until somebody asks (or the end)."""
        return self._requests.wait(timeout_s)

    def end(self, why: str = "the run has ended") -> None:
        """Answer what waits, refuse what comes; a view of another state than `ended`, `stopped` or
        `failed` becomes `ended`."""
        self._requests.close(why)
        view = self._view
        self.publish(view if view.state in OVER else replace(view, state=ENDED))

    def save(self) -> bytes:
        """Number and conditions for a checkpoint; the journal is durable up to here."""
        with self._moved:
            alarms = [[event_plain(event), seen] for event, seen in self._alarms.held().values()]
            last = self._last
        if self._journal is not None:
            self._journal.sync()
        return json.dumps({"version": _VERSION, "last": last, "alarms": alarms}).encode()

    def restore(self, state: bytes) -> None:
        """Go on after the last event of a checkpoint; what came later leaves the journal.

        Raises RunError where the state or the journal cannot be used.
        """
        try:
            plain = json.loads(state)
            if plain["version"] != _VERSION:
                raise RunError(f"events of a checkpoint: version {plain['version']!r} is unknown")
            last = int(plain["last"])
            held = [(event_from(event), bool(seen)) for event, seen in plain["alarms"]]
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(f"events of a checkpoint cannot be read: {error}") from None
        with self._moved:
            self._kept.clear()
            if self._journal is not None:
                self._journal.truncate_to(last)
                self._kept.extend(last_events(self._journal.file, self._kept.maxlen or 0))
            self._last, self._alarms = last, Alarms(held)
        self._ring()

    def listen(self, called: Callable[[], None]) -> None:
        """Have `called` whenever something is new, in the thread that made it known: it must
        neither wait nor raise."""
        self._listeners += (called,)

    def submit(self, request: Request, told: Told) -> Waiting:
        """Ask without waiting; `told` gets the reply in the thread that gives it."""
        found = checked(request, self._points)
        if isinstance(found, Request):
            return self._requests.submit(found, told)
        if self._refused is not None:
            self._refused(request, found)
        waiting = Waiting(request, told)
        waiting.answer(Reply(False, found, {WRONG: True}))
        return waiting

    def give_up(self, waiting: Waiting, timeout_s: float) -> Reply:
        """What to tell who waited `timeout_s` in vain; a request not yet begun is withdrawn."""
        return self._requests.give_up(waiting, timeout_s)

    @property
    def last_event(self) -> int:
        """Number of the last event; 0 before the first."""
        return self._last

    # LiveSite

    def points(self, twin: str) -> PointIndex:
        """Outputs, then what acts on the twin, then what is actuated."""
        return self._points[twin]

    def view(self) -> SiteView:
        """After the last step."""
        return self._view

    def plan(self) -> PlanView | None:
        """What is followed now."""
        return self._plan

    def proposal(self) -> PlanView | None:
        """A plan that waits for an operator."""
        return self._proposal

    def events(self, after: int = 0, at_most: int = 1000) -> tuple[Event, ...]:
        """Of those still held, the ones with a number above `after`, in order."""
        with self._moved:
            if not self._kept:
                return ()
            first = max(0, after + 1 - self._kept[0].number)
            return tuple(islice(self._kept, first, first + max(0, at_most)))

    def conditions(self) -> Mapping[Key, Held]:
        """What holds or waits to be acknowledged; an event that is not active has ended."""
        with self._moved:
            return self._alarms.held()

    def wait(self, step: int, timeout_s: float) -> bool:
        """Until a step after `step` has ended; whether one has in time."""
        with self._moved:
            return self._moved.wait_for(lambda: self._view.step > step, timeout_s)

    def ask(self, request: Request, timeout_s: float = 30.0) -> Reply:
        """Have it done between two steps; only the asking thread waits."""
        waiting = self.submit(request, _nobody)
        return waiting.reply(timeout_s) or self.give_up(waiting, timeout_s)

    def _acknowledged(self, request: Request) -> Reply:
        given = request.arguments
        source, condition = given["source"], given["condition"]
        with self._moved:
            why = self._alarms.acknowledge(source, condition, request.who, given["comment"])
        if why:
            return Reply(False, (why,))
        self.happened(
            EventKind.AUDIT,
            source,
            Severity.NOTE,
            f"{request.who} has seen {condition}",
            who=request.who,
            acknowledged=condition,
            comment=given["comment"],
        )
        return Reply(True)

    def _ring(self) -> None:
        for called in self._listeners:
            called()


def _same(one: PlanView | None, other: PlanView | None) -> bool:
    """Whether a plan is told again; its values need not be looked at."""
    if one is None or other is None:
        return one is other
    return one is other or replace(one, values=()) == replace(other, values=())


def _nobody(_: Reply) -> None:
    """Told to nobody."""
