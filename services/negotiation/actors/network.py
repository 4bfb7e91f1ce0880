"""The network's owner: flow and temperature plan from others' forecasts; its water as storage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rami.asset.district.declaration import Water
from rami.communication.service.contract import Inbox, Need, Offer, ServiceDeclaration
from rami.communication.service.message import Message
from rami.communication.service.payload import Forecast, ScheduleMessage
from rami.core.frame import Values
from rami.functional.district.answers import StoringNetwork
from rami.functional.district.plug_flow import Flowed, Pipes
from rami.functional.district.supply import SupplyPlan, heating_curve, plan_supply, stored_by
from rami.functional.district.tree import tree
from services.negotiation.mail import (
    DEMAND,
    PLANT,
    Sender,
    answered,
    asked,
    by_section,
    grid_of,
    request_of,
)
from services.negotiation.world import Day

#: K by which the planned supply temperature may be left; beyond, the linear effect is wrong
_REACH = 8.0
#: share of a section's limit that a plan may exceed (hours' means against steps)
_OVER = 0.02


class NetworkService:
    """`heat_value` EUR/kWh is what it reckons a lost kWh at, `el_fee` what comes on the price of
    electricity for its pumps."""

    def __init__(self, site: str, declared: Water, step_h: float, heat_value: float,
                 el_fee: float, back: Values) -> None:  # fmt: skip
        self.declared, self.step_h = declared, step_h
        self.heat_value, self.el_fee, self.back = heat_value, el_fee, back
        self.tree = tree(declared)
        start = declared.supply_min + 15.0
        self.pipes = Pipes(self.tree, step_h, start, float(back.mean()))
        self.sender = Sender(site, declared.owner, "network")
        offers = (Offer("forecast", PLANT), Offer("schedule", "*"))
        self.declaration = ServiceDeclaration(
            "network", declared.owner, (Need("forecast", DEMAND),), offers, 86400.0,
            description="flow and temperature plan, heat at the plant",
        )  # fmt: skip
        self.plan: SupplyPlan | None = None
        self.storing: StoringNetwork | None = None

    def begin(self, day: Day) -> None:
        """A new day."""
        self.day, self.plan, self.storing = day, None, None
        self.temperature = heating_curve(self.declared, day.expected.outdoor)

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """Forecasts to a plan, a request to an answer."""
        found = request_of(inbox)
        if found is None:
            return self._planned(inbox)
        request, correlation = found
        price, penalty, target = asked(request, self.declaration.name)
        change = self._storing().answer(price, penalty, target)
        answer = answered(request, {self.declaration.name: change.tolist()}, {})
        return [self.sender.message(answer, self.day.grid, correlation=correlation)]

    def demand(self, inbox: Inbox, quantile: str = "") -> Values:
        """Forecasts of all groups added up by section (sections, steps)."""
        told: dict[str, Sequence[float]] = {}
        for message in inbox.of("forecast"):
            payload = message.payload
            if isinstance(payload, Forecast) and message.topic.subject == DEMAND:
                told |= payload.quantiles.get(quantile, payload.series)
        return by_section(told, self.tree.names, self.day.grid.count)

    def _planned(self, inbox: Inbox) -> Sequence[Message]:
        day = self.day
        self.expected, self.high = self.demand(inbox), self.demand(inbox, "0.9")
        heat = np.full(day.grid.count, self.heat_value)
        self.plan = plan_supply(
            self.declared, self.pipes, self.expected, self.high, self._back(), heat,
            day.electricity + self.el_fee,
        )  # fmt: skip
        self.temperature = self.plan.temperature
        self.flowed = self.plan.flowed
        return self._told()

    def _told(self) -> Sequence[Message]:
        grid = self.day.grid
        at = grid_of(grid)
        power = Forecast(
            grid=at, unit="kW", quantity="power", series={PLANT: self.flowed.plant.tolist()}
        )
        temperature = ScheduleMessage(
            grid=at, unit="degC", quantity="temperature",
            series={PLANT: self.temperature.tolist()},
        )  # fmt: skip
        flows = dict(zip(self.tree.names, self.flowed.flow.tolist(), strict=True))
        flow = ScheduleMessage(grid=at, unit="kg/s", quantity="mass_flow", series=flows)
        return [
            self.sender.message(power, grid, PLANT),
            self.sender.message(temperature, grid, PLANT),
            self.sender.message(flow, grid, "sections"),
        ]

    def room(self) -> Values:
        """KW by which what all draw beyond a section may still rise (sections, steps)."""
        assert self.plan is not None
        return np.asarray(self.plan.capacity - self.tree.flows(self.expected))

    def check(self, change: Values) -> tuple[Sequence[Message], str]:
        """Updated forecast with the groups' `change` by section and the own storage used; and
        why it cannot be carried, if so."""
        self.temperature = self.plan_temperature()
        demand = np.maximum(self.expected + change, 0.0)
        self.flowed = self.pipes.copy().run(demand, self._back(), self.temperature)
        share = self.flowed.flow / self.tree.flow_max[:, None]
        before = self.plan.flowed.flow / self.tree.flow_max[:, None]  # type: ignore[union-attr]
        worse = np.where(share > np.maximum(1 + _OVER, before + 1e-6), share, 0.0).max(axis=1)
        if not worse.any():
            return self._told(), ""
        i = int(worse.argmax())
        over = (worse[i] - 1) * self.tree.flow_max[i]
        return [], f"section {self.tree.names[i]} would carry {over:.1f} kg/s more than it can"

    def plan_temperature(self) -> Values:
        """Supply temperature with the storage used as answered last."""
        assert self.plan is not None
        extra = 0.0 if self.storing is None else self.storing.temperature
        return np.asarray(self.plan.temperature + extra)

    def put(self, kelvin: Values) -> None:
        """Use the storage by this change of the supply temperature."""
        self._storing().temperature = kelvin

    def drop(self) -> None:
        """No deal: back to the plan."""
        assert self.plan is not None
        self.storing, self.flowed = None, self.plan.flowed
        self.temperature = self.plan.temperature

    def pumping(self) -> float:
        """EUR of electricity for pumps in the present plan."""
        price = self.day.electricity + self.el_fee
        return float(self.step_h * (price @ self.flowed.pump))

    def effect(self) -> tuple[Values, Values, Values]:
        """Effect of the storage (steps, steps) and its bounds in K."""
        assert self.plan is not None
        plan = self.plan
        low = np.maximum(np.minimum(plan.least - plan.temperature, 0.0), -_REACH)
        high = np.clip(self.declared.supply_max - plan.temperature, 0.0, _REACH)
        last = int(np.ceil(plan.delay.max())) + 1
        low[-last:] = high[-last:] = 0.0
        return stored_by(plan, self.tree, self.expected, self._back()), low, high

    def realise(self, demand: Values) -> Flowed:
        """Live the day with what is really drawn (sections, steps)."""
        return self.pipes.run(demand, self._back(), self.temperature)

    def _storing(self) -> StoringNetwork:
        if self.storing is None:
            effect, low, high = self.effect()
            ramp = self.declared.ramp * self.step_h
            assert self.plan is not None
            self.storing = StoringNetwork(
                effect, low, high, self.plan.temperature, ramp, self.step_h
            )
        return self.storing

    def _back(self) -> Values:
        return np.repeat(self.back[:, None], self.day.grid.count, axis=1)
