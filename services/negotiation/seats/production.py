"""The producer at the table: plans, answers with the relaxed programme, runs the plant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.message import Message
from rami.communication.service.payload import (
    FlexibilityOffer,
    FlexibilityRequest,
    Forecast,
    Measurement,
    NegotiationCall,
)
from rami.core.frame import Values
from rami.core.timegrid import instant
from rami.functional.district.production import ProductionPlan
from services.negotiation.actors.supply import ProductionService
from services.negotiation.mail import CONSUMERS, PLANT, SURPLUS, Sender, grid_of
from services.negotiation.seats.seat import Say, Seat
from services.negotiation.world import Day


class ProductionSeat(Seat):
    """`tariff` is what consumers pay for heat, `contracts` what stations get for theirs, by name
    (EUR/kWh)."""

    role = "production"
    actor: ProductionService

    def __init__(
        self, sender: Sender, actor: ProductionService, days: Mapping[int, Day], tariff: float,
        contracts: Mapping[str, float],
    ) -> None:  # fmt: skip
        super().__init__(sender, actor, days)
        self._tariff, self._contracts = tariff, contracts
        #: heat that consumers change, kWh; days planned
        self._moved, self._planned = 0.0, 0
        self._before: tuple[ProductionPlan, Values, dict[str, float]] | None = None

    def called(self, call: NegotiationCall, inbox: Inbox) -> Iterable[Say]:
        """As in Seat: its schedule, or what it sent."""
        if call.phase == "live":
            return [self._lived(call, inbox)]
        day = self.days.get(instant(call.grid.start))
        if day is None or call.phase != "plan":
            return []
        one = self.actor
        if self._planned == 1:
            one.bill_peaks()  # the day before warmed up
        self._planned += 1
        one.begin(day)
        told = {str(m.topic): m for m in inbox.of("forecast") if _of_day(m, call)}
        if not call.step:
            told = {t: m for t, m in told.items() if m.topic.subject == SURPLUS}
        (said,) = one.run(Inbox(inbox.now_ns, told))
        return [Say(said.payload)]

    def offer(self) -> FlexibilityOffer:
        """As in Seat, with what a kWh costs in its plan as a first price."""
        one, name = self.actor, self.actor.declaration.name
        assert one.plan is not None
        self._moved, self._before = 0.0, (one.plan, one.delivered, one.bought)
        load = one.plan.load
        guess = max(one.plan.cost / max(float(load.sum()) * one.step_h, 1e-9), 0.005)
        return FlexibilityOffer(
            grid=grid_of(one.day.grid), unit="kW", role="production", size={name: 1.0},
            series={name: (-load).tolist()},
            cost_eur=self.account(), price=[guess] * one.day.grid.count,
        )  # fmt: skip

    def hold(self) -> object:
        """As in Seat: answers in rounds leave nothing behind, the plan is made anew."""
        return None

    def restore(self, state: object) -> None:
        """As in Seat."""

    def drop(self) -> None:
        """As in Seat."""
        if self._before is not None:
            one = self.actor
            one.plan, one.delivered, one.bought = self._before
            self._moved = 0.0

    def account(self) -> dict[str, float]:
        """As in Seat: its plan's cost, stations' heat, less what consumers pay for a change."""
        assert self.actor.plan is not None
        contract = sum(self._contracts.get(n, 0.0) * e for n, e in self.actor.bought.items())
        cost = self.actor.plan.cost + contract - self._tariff * self._moved
        return {self.actor.declaration.name: float(cost)}

    def checked(self, request: FlexibilityRequest) -> tuple[list[Say], dict[str, list[float]], str]:
        """As in Seat: the schedule of what is left to it, with whole engines."""
        one, change = self.actor, request.change
        if PLANT not in change:
            return [], {}, f"the load ({PLANT}) is not told"
        apart = {PLANT, CONSUMERS, one.declaration.name}
        sent = {n: -np.array(c) for n, c in change.items() if n not in apart}
        delivered = sum(sent.values(), np.zeros(one.steps))
        self._moved = self._energy(change.get(CONSUMERS, []))
        one.bought = {n: self._energy(c) for n, c in sent.items()}
        one.schedule(np.array(change[PLANT]), delivered)
        return [Say(one.told())], {}, ""

    def _lived(self, call: NegotiationCall, inbox: Inbox) -> Say:
        one = self.actor
        assert one.plan is not None
        load = one.plan.load + one.delivered
        for message in inbox.of("measurement"):
            payload = message.payload
            if not isinstance(payload, Measurement) or message.topic.subject != PLANT:
                continue
            if payload.grid == call.grid and PLANT in payload.series:
                load = np.array([v or 0.0 for v in payload.series[PLANT]])
        produced = one.realise(load, one.delivered)
        heat: dict[str, list[float | None]] = {
            n: list(p.tolist()) for n, p in produced.heat.items()
        }
        return Say(Measurement(grid=call.grid, unit="kW", quantity="power", series=heat), "supply")

    def _energy(self, power: Values | list[float]) -> float:
        return float(np.sum(power)) * self.actor.step_h


def _of_day(message: Message, call: NegotiationCall) -> bool:
    return isinstance(message.payload, Forecast) and message.payload.grid == call.grid
