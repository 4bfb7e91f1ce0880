"""Those who send heat: the producer with his units, the industrial station with its surplus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rami.asset.district.declaration import Market, Production
from rami.asset.district.source import Surplus
from rami.communication.service.contract import Fallback, Inbox, Need, Offer, ServiceDeclaration
from rami.communication.service.message import Message
from rami.communication.service.payload import Forecast, ScheduleMessage
from rami.core.frame import Values
from rami.functional.district.answers import Supplier
from rami.functional.district.following import Following, Produced
from rami.functional.district.production import Producer, ProductionPlan, Prospect
from rami.functional.district.surplus import SurplusStation
from services.negotiation.mail import (
    PLANT,
    SURPLUS,
    Sender,
    answered,
    asked,
    grid_of,
    request_of,
)
from services.negotiation.world import Day


class StationService:
    """An industrial station: by contract it sends what is firm; asked, what pays."""

    def __init__(self, site: str, name: str, declared: Surplus, step_h: float) -> None:
        self.name, self.declared = name, declared
        self.station = SurplusStation(declared, step_h)
        self.step_h = step_h
        self.sender = Sender(site, declared.owner, name)
        self.declaration = ServiceDeclaration(
            name, declared.owner,
            (Need("flexibility_request", name, fallback=Fallback.NOTHING),),
            (Offer("forecast", SURPLUS), Offer("flexibility_answer")), 86400.0,
            description="surplus heat of a factory through a heat transfer station",
        )  # fmt: skip

    def begin(self, day: Day) -> None:
        """A new day."""
        self.day = day
        self.available = self.station.available(day.real.hour, day.working)
        self.contract = self.sent = self.station.contracted(self.available)
        self._supplier: Supplier | None = None

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """What it sends by contract, or the answer to a request."""
        grid = self.day.grid
        found = request_of(inbox)
        if found is None:
            payload = Forecast(
                grid=grid_of(grid), unit="kW", quantity="power",
                series={self.name: self.sent.tolist()},
            )  # fmt: skip
            return [self.sender.message(payload, grid, SURPLUS)]
        request, correlation = found
        price, penalty, target = asked(request, self.name)
        if self._supplier is None:
            programme = self.station.programme(self.available)
            columns = np.arange(grid.count)
            self._supplier = Supplier(programme, columns, self.step_h, self.declared.power)
        self.sent = -self._supplier.answer(price, penalty, target)
        answer = answered(request, {self.name: (-self.sent).tolist()}, {self.name: self.cost()})
        return [self.sender.message(answer, grid, correlation=correlation)]

    def cost(self) -> float:
        """EUR of what is sent: own cost less what the contract pays."""
        d = self.declared
        return float((d.cost - d.contract) * self.step_h * self.sent.sum())

    def own_cost(self) -> float:
        """EUR, without the contract."""
        return float(self.declared.cost * self.step_h * self.sent.sum())

    def drop(self) -> None:
        """No deal: as the contract says."""
        self.sent = self.contract


class ProductionService:
    """The producer: plans with whole engines, answers with the relaxed programme, then runs."""

    def __init__(self, site: str, declared: Production, market: Market, steps: int,
                 step_h: float) -> None:  # fmt: skip
        self.producer = Producer(declared, market, steps, step_h, 0)
        self.following = Following(self.producer)
        self.step_h, self.steps = step_h, steps
        self.sender = Sender(site, declared.owner, "production")
        self.declaration = ServiceDeclaration(
            "production", declared.owner, (Need("forecast", PLANT), Need("forecast", SURPLUS)),
            (Offer("schedule"), Offer("price"), Offer("flexibility_answer")), 86400.0,
            description="unit commitment and storage of a heating plant",
        )  # fmt: skip
        self.content = self.producer.content()
        #: highest power so far of carriers with a capacity price, from `bill_peaks` on
        self.highest: dict[str, float] = {}
        self.seen: Values | None = None
        self.plan: ProductionPlan | None = None

    def begin(self, day: Day) -> None:
        """A new day."""
        self.day = day
        self._supplier: Supplier | None = None
        self.delivered = np.zeros(day.grid.count)
        #: kWh of the day that each of the others sends
        self.bought: dict[str, float] = {}

    def bill_peaks(self) -> None:
        """The span begins for which highest powers are paid."""
        self.highest = {c.name: c.level for c in self.producer.carriers}

    def prospect(self, delivered: Values) -> Prospect:
        """What it knows of the day."""
        d = self.day
        return Prospect(
            d.electricity, delivered, d.real.hour, dict(self.content), dict(self.highest)
        )

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """A forecast of the load to a schedule, a request to an answer."""
        grid = self.day.grid
        found = request_of(inbox)
        if found is not None:
            request, correlation = found
            name = self.declaration.name
            price, penalty, target = asked(request, name)
            x = self._asked(float(np.abs(target).mean())).answer(price, penalty, target)
            answer = answered(request, {name: x.tolist()}, {name: self._asked(1.0).cost()})
            return [self.sender.message(answer, grid, correlation=correlation)]
        load, delivered = None, np.zeros(grid.count)
        for message in inbox.of("forecast"):
            if isinstance(message.payload, Forecast):
                if message.topic.subject == PLANT:
                    load = np.array(message.payload.series[PLANT])
                elif message.topic.subject == SURPLUS:
                    for name, values in sorted(message.payload.series.items()):
                        delivered += np.array(values)
                        self.bought[name] = float(np.sum(values)) * self.step_h
        self.schedule(load, delivered)
        return [self.sender.message(self.told(), grid)]

    def told(self) -> ScheduleMessage:
        """Heat by unit and what storages give, as planned."""
        assert self.plan is not None
        series = {n: p.tolist() for n, p in (self.plan.heat | self.plan.storage).items()}
        return ScheduleMessage(
            grid=grid_of(self.day.grid), unit="kW", quantity="power", series=series, rung="milp"
        )

    def schedule(self, load: Values | None, delivered: Values) -> ProductionPlan:
        """Plan a load; without a forecast of the network it will be as yesterday's."""
        if load is None:
            load = self.seen if self.seen is not None else np.full(self.steps, 1e3)
        self.delivered = delivered
        self.plan = self.producer.plan(self.prospect(delivered), load)
        return self.plan

    def _asked(self, scale: float) -> Supplier:
        if self._supplier is None:
            day = self.prospect(np.zeros(self.steps))
            most = np.full(self.steps, 1e6)
            programme, columns = self.producer.relaxed(day, most)
            self._supplier = Supplier(programme, columns, self.step_h, max(scale, 1.0))
        return self._supplier

    def realise(self, load: Values, delivered: Values) -> Produced:
        """Live the day: follow the measured load."""
        assert self.plan is not None
        produced = self.following.run(self.plan, self.prospect(delivered), load)
        self.content, self.seen = produced.content, load
        self.highest = {n: max(p, produced.highest[n]) for n, p in self.highest.items()}
        return produced
