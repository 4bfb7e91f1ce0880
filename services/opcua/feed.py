"""From a running site to the server: what has changed after a step, once a step."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass

from rami.communication.live_site import LiveSite, PlanView, SiteView
from rami.core.event import Event

_logger = logging.getLogger(__name__)
#: between two looks when nothing moves, s
_PATIENCE = 0.5


@dataclass(frozen=True)
class Moment:
    """A running site at one time; `events` are those since the last one."""

    view: SiteView
    plan: PlanView | None
    proposal: PlanView | None
    events: tuple[Event, ...]


class Feed:
    """A thread that waits for the site and hands what it finds to `take`, in the server's loop.

    While `take` is at work steps are passed over, so that neither the site nor the server ever
    waits for the other.
    """

    def __init__(self, site: LiveSite, take: Callable[[Moment], Awaitable[None]]) -> None:
        self._site, self._take = site, take
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="opcua-feed", daemon=True)
        self._after = 0

    def start(self) -> None:
        """Begin, from within the server's loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def skip(self) -> int:
        """Pass over what has happened before; the number of the last event."""
        while events := self._site.events(self._after):
            self._after = events[-1].number
        return self._after

    def stop(self) -> None:
        """No more."""
        self._ended.set()

    def moment(self) -> Moment:
        """The site now."""
        site = self._site
        events = site.events(self._after)
        self._after = max((e.number for e in events), default=self._after)
        return Moment(site.view(), site.plan(), site.proposal(), events)

    def _run(self) -> None:
        step, state = -1, ""
        plans: tuple[object, object] = (None, None)
        while not self._ended.is_set():
            self._site.wait(step, _PATIENCE)
            moment = self.moment()
            now = (moment.plan, moment.proposal)
            same = (moment.view.step, moment.view.state) == (step, state) and now == plans
            if same and not moment.events:
                continue
            step, state, plans = moment.view.step, moment.view.state, now
            # the server's loop may have ended meanwhile
            with suppress(RuntimeError):
                self._wait_for(asyncio.run_coroutine_threadsafe(self._taken(moment), self._loop))

    async def _taken(self, moment: Moment) -> None:
        await self._take(moment)

    def _wait_for(self, work: Future[None]) -> None:
        while not self._ended.is_set():
            done, _ = wait([work], _PATIENCE)
            if done:
                error = None if work.cancelled() else work.exception()
                if error is not None:
                    # values stand still, and somebody has to know why
                    _logger.error("a step could not be shown", exc_info=error)
                return
