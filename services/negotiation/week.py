"""A district lives through its days at one step of cooperation.

0 nobody talks, 1 forecasts are passed on, 2 requests and answers, 3 one joint plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

import numpy as np

from rami.asset.district.declaration import District
from rami.communication.service.contract import Inbox
from rami.communication.service.message import Message
from rami.core.frame import Values
from rami.functional.district.stock import stock
from services.negotiation import founding
from services.negotiation.mail import by_section, columns
from services.negotiation.results import DayResult, StepResult, Talk
from services.negotiation.talking import Table
from services.negotiation.world import Day, days


class LivedDistrict:
    """All parties of a district, each with its own data, and the days they live through."""

    def __init__(self, declared: District, clock: Callable[[], float] = monotonic) -> None:
        self.declared, self.step_h = declared, declared.step / 3600
        self.stock = stock(declared)
        self.days = days(declared, self.stock.count)
        owners = tuple(dict.fromkeys(self.stock.owners))
        self.rows = {o: founding.rows(self.stock, o) for o in owners}
        self.buildings = [founding.consumers(declared, self.stock, o) for o in owners]
        self.network = founding.network(declared, self.stock)
        self.stations = [founding.station(declared, n) for n in declared.surplus]
        self.production = founding.production(declared)
        self.table = Table(
            declared, self.buildings, self.network, self.stations, self.production, clock
        )

    def live(self, step: int, said: Callable[[str], None] = lambda _: None) -> StepResult:
        """All days; the first one warms up at step 0 and does not count."""
        found = []
        for i, day in enumerate(self.days):
            if i == 1:
                self.production.bill_peaks()
            result = self._day(day, step if i else 0)
            if i:
                found.append(result)
                said(f"step {step}, day {i} of {len(self.days) - 1}")
        return StepResult(step, found)

    def begin(self, day: Day) -> None:
        """Everybody looks at his own data of the day."""
        for one in self.buildings:
            one.begin(day, self.rows[one.declaration.owner])
        self.network.begin(day)
        for station in self.stations:
            station.begin(day)
        self.production.begin(day)

    def pass_on(self, day: Day) -> list[Message]:
        """Step 1: buildings' forecasts to the network, its plan on to production."""
        now = day.grid.start_ns
        said = [m for one in self.buildings for m in one.run(Inbox(now))]
        said += self.network.run(inbox(now, said))
        said += [m for station in self.stations for m in station.run(Inbox(now))]
        said += self.production.run(inbox(now, said))
        return said

    def _day(self, day: Day, step: int) -> DayResult:
        self.begin(day)
        talk: Talk | None = None
        if step == 0:
            delivered = sum((s.sent for s in self.stations), np.zeros(day.grid.count))
            self.production.schedule(None, delivered)
            seen = self.production.seen
            forecast = seen if seen is not None else np.full(day.grid.count, np.nan)
        else:
            self.pass_on(day)
            if step >= 2:
                talk = self.table.talk(day, jointly=step == 3)
            forecast = self.network.flowed.plant
        return self._realised(day, forecast, talk)

    def _realised(self, day: Day, forecast: Values, talk: Talk | None) -> DayResult:
        steps = day.grid.count
        bills, moved = {}, 0.0
        told: dict[str, Sequence[float]] = {}
        outside = 0.0
        tariff = self.declared.market.heat_tariff
        total = 0.0
        for one in self.buildings:
            drawn = one.realise()
            told |= columns(one.names, drawn)
            outside += one.outside()
            pain = one.discomfort() if one.change.any() else 0.0
            moved += pain
            bill = tariff * self.step_h * float(drawn.sum())
            total += bill
            bills[one.declaration.owner] = bill + pain
        demand = by_section(told, self.network.tree.names, steps)
        before = self.network.pipes.content
        flowed = self.network.realise(demand)
        stored = self.network.pipes.content - before
        closure = float((flowed.plant - flowed.lost - demand.sum(axis=0)).sum()) * self.step_h
        delivered = sum((s.sent for s in self.stations), np.zeros(steps))
        produced = self.production.realise(flowed.plant, delivered)
        pump = day.electricity + self.declared.production.el_buy
        pumping = float(self.step_h * (pump @ flowed.pump))
        bills[self.network.declaration.owner] = pumping
        contract = 0.0
        for station in self.stations:
            bills[station.declaration.owner] = station.cost()
            contract += station.own_cost() - station.cost()
        cost, capacity = float(produced.cost.sum()), sum(produced.capacity.values())
        bills[self.production.declaration.owner] = cost + capacity + contract - total
        limit = self.network.tree.flow_max[:, None]
        over = np.maximum(flowed.flow / limit - 1, 0.0) * self.network.tree.flows(demand)
        warm = sum(s.declared.emission * float(s.sent.sum()) for s in self.stations) * self.step_h
        return DayResult(
            flowed.plant, demand.sum(axis=0), flowed.lost, flowed.supply, forecast, delivered,
            day.real.clock, self.step_h, cost, capacity,
            sum(s.own_cost() for s in self.stations), pumping,
            moved, float(produced.emission.sum()) + warm
            + self.declared.market.grid_factor * self.step_h * float(flowed.pump.sum()),
            float(produced.short.sum()) * self.step_h, float(over.max(axis=0).sum()) * self.step_h,
            outside,
            {n: float(p.sum()) * self.step_h / 1000 for n, p in produced.heat.items()},
            closure - stored, _by_owner(talk, self.table.owner_of), bills, produced.highest,
            sum(produced.content.values()) / 1000, talk,
        )  # fmt: skip


def inbox(now_ns: int, messages: Sequence[Message]) -> Inbox:
    """Messages as a service gets them."""
    return Inbox(now_ns, {str(m.topic): m for m in messages})


def _by_owner(talk: Talk | None, owner_of: dict[str, str]) -> dict[str, float]:
    paid: dict[str, float] = {}
    if talk is not None and talk.deal.made:
        for party, euro in talk.deal.paid.items():
            paid[owner_of[party]] = paid.get(owner_of[party], 0.0) + euro
    return paid
