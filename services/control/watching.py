"""What those who watch are sent: what is new, the newest only, and events in order."""

from __future__ import annotations

from rami.communication.live_site import PlanView, SiteView
from services.control.connection import Connection, Watch
from services.control.event_lines import event_plain
from services.control.frames import frame
from services.control.limits import Limits
from services.control.messages import line, plan_plain
from services.control.published import Published


class Watching:
    """Each view and plan is put into bytes once, however many watch."""

    def __init__(self, site: Published, limits: Limits) -> None:
        self._site, self._limits = site, limits
        self._points = {twin: site.points(twin) for twin in site.twins}
        self._frame: tuple[SiteView | None, bytes] = (None, b"")
        self._plans: dict[str, tuple[PlanView | None, bytes]] = {}

    def feed(self, client: Connection, now: float) -> bool:
        """Send what is new; whether something new has to wait until the client's `due`.

        Who has not yet read the last of it gets nothing, and later the newest. Raises OSError.
        """
        watch, view = client.watch, self._site.view()
        if watch is None or client.sending or client.closing or not self._new(watch, view):
            return False
        if now < watch.due:
            return True
        watch.due = now + self._limits.frame_s
        if client.unread():
            return True
        parts = [*self._plans_of(watch), *self._events_of(watch)]
        if watch.view is not view:
            watch.view = view
            parts.append(self._frame_of(view))
        client.send(b"".join(parts), now)
        return self._new(watch, self._site.view())

    def _new(self, watch: Watch, view: SiteView) -> bool:
        site = self._site
        return (
            watch.view is not view
            or watch.plan is not site.plan()
            or watch.proposal is not site.proposal()
            or watch.event < site.last_event
        )

    def _frame_of(self, view: SiteView) -> bytes:
        if self._frame[0] is not view:
            self._frame = (view, frame(view, self._points))
        return self._frame[1]

    def _plans_of(self, watch: Watch) -> list[bytes]:
        parts = []
        for word in ("plan", "proposal"):
            plan: PlanView | None = getattr(self._site, word)()
            if getattr(watch, word) is not plan:
                setattr(watch, word, plan)
                known, told = self._plans.get(word, (None, b""))
                if known is not plan or not told:
                    told = line({word: plan_plain(plan)})
                    self._plans[word] = (plan, told)
                parts.append(told)
        return parts

    def _events_of(self, watch: Watch) -> list[bytes]:
        events = self._site.events(watch.event, self._limits.events)
        parts = []
        if events:
            watch.event = events[-1].number
            parts.append(line({"events": [event_plain(event) for event in events]}))
        else:
            # what is no longer held is not told
            watch.event = max(watch.event, self._site.last_event)
        if events or watch.view is None:
            held = dict(self._site.conditions())
            if held != watch.conditions:
                watch.conditions = held
                parts.append(
                    line({"conditions": [[event_plain(e), seen] for e, seen in held.values()]})
                )
        return parts
