"""Negotiation in the name of resource managers, and what is agreed as their instructions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import numpy as np

from adapters.edges.s2.configuration import S2Configuration
from adapters.edges.s2.listener import Listener
from adapters.edges.s2.say import time_grid
from adapters.edges.s2.session import Over
from adapters.edges.s2.sides import StoreSide, side
from adapters.edges.s2.standing import Standing, of_device, of_limits
from adapters.edges.s2.told import Told
from rami.communication.service.payload import (
    FlexibilityAnswer,
    FlexibilityOffer,
    FlexibilityRequest,
    Grid,
    PriceSignal,
    ScheduleMessage,
    Settlement,
    SettlementAnswer,
)
from rami.core.timegrid import NS
from rami.functional.flexibility.bargain import Agreed, Bargain, Side

ABSENT = "its resource manager is not connected"
#: EUR/kWh per kW by which a price's best answer is kept calm
_CALM = 1e-4


class Dealing:
    """`offer`, `reply`, `settled`, `scheduled`, `priced` belong to the service's thread; `renew`
    to the listener's."""

    def __init__(
        self, settings: S2Configuration, listener: Listener, clock: Callable[[], int]
    ) -> None:
        self._settings, self._listener, self._clock = settings, listener, clock
        self._sides: dict[str, tuple[object, Grid, Side | str]] = {}
        self.bargain = Bargain(settings.resources, ABSENT)
        self._standing: dict[str, Standing] = {}
        self._refused: list[tuple[str, str]] = []
        self._news: list[tuple[str, Agreed]] = []

    def offer(self, grid: Grid, here: Mapping[str, Told]) -> FlexibilityOffer:
        """By how much each can be moved over a day."""
        return self.bargain.offer(grid, self._all(grid, here))

    def reply(self, request: FlexibilityRequest, here: Mapping[str, Told]) -> FlexibilityAnswer:
        """The best change (kW) of each that is asked; why not, where one cannot."""
        return self.bargain.reply(request, self._all(request.grid, here))

    def settled(self, settlement: Settlement, here: Mapping[str, Told]) -> SettlementAnswer | None:
        """Whether what was answered last is worth what is paid; made, it becomes instructions."""
        if settlement.state == "proposed":
            return self.bargain.proposed(settlement)
        for name, agreed in self.bargain.ended(settlement).items():
            self._instruct(name, agreed, here)
        return None

    def scheduled(self, schedule: ScheduleMessage, here: Mapping[str, Told]) -> None:
        """A schedule of powers (kW) that names resources is followed as well as they can."""
        for name, found in self._named(schedule.series, schedule.grid, here):
            target = np.array(schedule.series[name]) - found.own
            reply = found.answer(np.zeros_like(target), 1.0, target, False)
            self._instruct(name, Agreed(found, reply, schedule.grid), here)

    def priced(self, signal: PriceSignal, here: Mapping[str, Told]) -> None:
        """A price (EUR/kWh) that names resources is answered at their least cost."""
        for name, found in self._named(signal.series, signal.grid, here):
            price = np.array(signal.series[name])
            reply = found.answer(price, _CALM, np.zeros_like(price), False)
            self._instruct(name, Agreed(found, reply, signal.grid), here)

    def intended(self) -> list[ScheduleMessage]:
        """What was instructed and received since the last call (kW), by grid."""
        news, self._news = self._news, []
        return [
            ScheduleMessage(
                grid=a.grid, unit="kW", quantity="power", series={n: a.reply.power.tolist()},
                rung="s2",
            )
            for n, a in news
        ]  # fmt: skip

    def refused(self) -> list[tuple[str, str]]:
        """Resources that did not take instructions since the last call, and why."""
        refused, self._refused = self._refused, []
        return refused

    async def renew(self) -> None:
        """Hand over the next lease of everybody's standing instructions."""
        for name in list(self._standing):
            await self._hand_over(name)

    def _all(self, grid: Grid, here: Mapping[str, Told]) -> dict[str, Side | str]:
        """Each one's side over a grid, worked out anew when it has told something."""
        found: dict[str, Side | str] = {}
        for name, told in here.items():
            mark = (dict(told.newest), dict(told.running), dict(told.energy), told.control)
            known = self._sides.get(name)
            if known is None or known[0] != mark or known[1] != grid:
                quantity = self._settings.resources[name].quantity
                made = side(told, quantity, time_grid(grid), self._settings)
                self._sides[name] = known = (mark, grid, made)
            found[name] = known[2]
        return found

    def _named(
        self, series: Mapping[str, object], grid: Grid, here: Mapping[str, Told]
    ) -> list[tuple[str, Side]]:
        named = [(n, s) for n, s in self._all(grid, here).items() if n in series]
        self._refused += [(n, s) for n, s in named if isinstance(s, str)]
        absent = [n for n in self._settings.resources if n in series and n not in here]
        self._refused += [(n, ABSENT) for n in absent]
        return [(n, s) for n, s in named if not isinstance(s, str)]

    def _instruct(self, name: str, agreed: Agreed, here: Mapping[str, Told]) -> None:
        if name not in here:
            self._refused.append((name, ABSENT))
            return
        if agreed.reply.because:
            self._refused.append((name, agreed.reply.because))
            return
        grid, found = time_grid(agreed.grid), agreed.side
        before = self._standing.get(name)
        if isinstance(found, StoreSide):
            device = found.device
            back = before.back if before is not None else (device.mode, device.factor)
            standing = of_device(agreed.reply, device, grid, back)
            if before is not None:
                standing.pending, standing.back_ns = before.pending, before.back_ns
        else:
            standing = of_limits(agreed.reply, found.own, grid)
        self._standing[name] = standing
        why = self._listener.call(self._hand_over(name))
        if why:
            self._refused.append((name, why))
        else:
            self._news.append((name, agreed))

    async def _hand_over(self, name: str) -> str:
        """A lease's instructions; why they were not received."""
        standing, session, now = self._standing[name], self._listener.session(name), self._clock()
        if now >= standing.until_ns:
            del self._standing[name]
            return "it is over"
        if session is None:
            return ABSENT
        lease_ns = round(self._settings.lease * NS)
        quantity = self._settings.resources[name].quantity
        messages = standing.messages(now, lease_ns, session.told, quantity)
        if not messages:
            return "it described nothing that can be instructed"
        received = await session.order(messages)
        why = next((f for f in received.values() if f), "")
        kept = dict(messages)
        if why:  # what was received is taken back, but for the way back
            del self._standing[name]
            kept = dict(list(messages.items())[:1])
        with suppress(Over):
            for revoke in standing.revokes(now, kept):
                await session.tell(revoke)
        return why
