"""Resource managers as a service: their forecasts, offers and answers out, instructions in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from time import time_ns
from uuid import UUID

from adapters.edges.s2.configuration import S2Configuration
from adapters.edges.s2.dealing import Dealing
from adapters.edges.s2.listener import Listener
from adapters.edges.s2.say import forecast, measurement, time_grid
from adapters.edges.s2.session import ORDERED
from adapters.edges.s2.told import Told
from rami.communication.service.contract import Inbox, ServiceDeclaration
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.message import Message
from rami.communication.service.payload import (
    Alarm,
    FlexibilityRequest,
    NegotiationCall,
    PriceSignal,
    ScheduleMessage,
    Settlement,
)
from rami.communication.service.settings import Place
from rami.core.timegrid import NS, TimeGrid


class S2Service:
    """Implements `Service`; listens from its making on. Raises UnreachableError."""

    def __init__(self, settings: S2Configuration, name: str, place: Place) -> None:
        self.declaration: ServiceDeclaration = settings.declaration(name)
        self._settings, self._name = settings, name
        self._says = FunctionService(self.declaration, self._said, place.site)
        self._ahead_ns = 0
        self.listener = Listener(settings, place.folder, self.clock)
        self.dealing = Dealing(settings, self.listener, self.clock)
        self.listener.every = self._every
        self._heard: dict[str, tuple[int, int]] = {}
        self._told_ns: int | None = None
        self._failed: dict[UUID, str] = {}
        self._here: frozenset[str] = frozenset()
        self._gone: frozenset[str] = frozenset()
        self.listener.open()

    def clock(self) -> int:
        """The time in which messages are exchanged (UTC ns), which may be simulated."""
        return time_ns() + self._ahead_ns

    def close(self) -> None:
        """Let go of all resource managers."""
        self.listener.close()

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """As in Service."""
        return self._says.run(inbox)

    def _said(self, inbox: Inbox) -> list[Said]:
        self._ahead_ns = inbox.now_ns - time_ns()
        here = self.listener.told()
        said = self._alarms(here)
        if self._due(inbox.now_ns):
            said += self._regular(here, inbox.now_ns)
        for message in self._new(inbox):
            said += self._answer(message, here)
        return said + self._refused(here)

    def _due(self, now_ns: int) -> bool:
        """Whether a period is over since what is told by period was told last."""
        period_ns = round(self._settings.period * NS)
        due = self._told_ns is None or now_ns - self._told_ns >= period_ns
        self._told_ns = now_ns if due else self._told_ns
        return due

    def _new(self, inbox: Inbox) -> list[Message]:
        """What was not heard before, in the order in which it was sent."""
        found = []
        for topic, message in sorted(inbox.messages.items()):
            mark = (message.sequence, message.sent_ns)
            if self._heard.get(topic) != mark:
                self._heard[topic] = mark
                found.append(message)
        return sorted(found, key=lambda m: m.sent_ns)

    def _answer(self, message: Message, here: Mapping[str, Told]) -> list[Said]:
        payload, mark = message.payload, message.correlation
        dealing = self.dealing
        if isinstance(payload, NegotiationCall):
            return self._called(payload, mark, here)
        if isinstance(payload, FlexibilityRequest):
            return [Said(dealing.reply(payload, here), correlation=mark)]
        if isinstance(payload, Settlement):
            answer = dealing.settled(payload, here)
            return [Said(answer, correlation=mark)] if answer is not None else self._intended()
        if isinstance(payload, ScheduleMessage) and payload.quantity == "power":
            dealing.scheduled(payload, here)
            return self._intended()
        if isinstance(payload, PriceSignal) and self._settings.follow_prices:
            dealing.priced(payload, here)
            return self._intended()
        return []

    def _called(self, call: NegotiationCall, mark: str, here: Mapping[str, Told]) -> list[Said]:
        if call.phase == "offer":
            return [Said(self.dealing.offer(call.grid, here), correlation=mark)]
        grid, said, because = time_grid(call.grid), [], ""
        if call.phase in ("forecast", "live"):
            tells = forecast if call.phase == "forecast" else measurement
            payload = tells(here, grid, self._settings)
            said = [] if payload is None else [Said(payload, 86400, "demand", mark)]
            because = "" if said else "no resource manager has told any"
        return [*said, Said(self.dealing.bargain.ready(call.phase, because), correlation=mark)]

    def _regular(self, here: Mapping[str, Told], now_ns: int) -> list[Said]:
        step_ns = round(self._settings.step * NS)
        start = now_ns // step_ns * step_ns
        count = max(round(self._settings.horizon * NS) // step_ns, 1)
        expects = forecast(here, TimeGrid(start, step_ns, count), self._settings)
        back = max(round(self._settings.period * NS) // step_ns, 1)
        past = TimeGrid(start - back * step_ns, step_ns, back)
        lived = measurement(here, past, self._settings)
        valid_s = 2 * self._settings.period
        return [Said(p, valid_s, "demand") for p in (expects, lived) if p is not None]

    def _intended(self) -> list[Said]:
        """What the resource managers were told to do and took."""
        return [Said(p, 86400, "demand") for p in self.dealing.intended()]

    def _refused(self, here: Mapping[str, Told]) -> list[Said]:
        """Instructions that were not received, and those that were given up later."""
        failed = list(self.dealing.refused())
        for name, told in here.items():
            for key, status in told.ordered.items():
                if status in ("REJECTED", "ABORTED") and key not in self._failed:
                    self._failed[key] = status
                    failed.append((name, f"instruction {key} is {status}"))
        while len(self._failed) > 10 * ORDERED:
            del self._failed[next(iter(self._failed))]
        return [
            Said(_alarm(name, "instruction refused", True, why), 3600, name) for name, why in failed
        ]

    def _alarms(self, here: Mapping[str, Told]) -> list[Said]:
        """Who has gone, and who of these is back, since the last run."""
        now = frozenset(here)
        gone, back = self._here - now, self._gone & now
        self._here, self._gone = now, (self._gone | gone) - now
        return [
            Said(_alarm(n, "not connected", n in gone, "its resource manager"), 86400, n)
            for n in sorted(gone | back)
        ]

    async def _every(self) -> None:
        """Hand over the next lease in time, for as long as this process lives."""
        while True:
            await asyncio.sleep(self._settings.lease / 3)
            await self.dealing.renew()


def _alarm(name: str, condition: str, active: bool, text: str) -> Alarm:
    return Alarm(source=name, condition=condition, active=active, severity=500, text=text[:500])
