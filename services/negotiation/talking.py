"""A day's negotiation at one table: rounds or a joint plan, the check, the settlement."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rami.asset.district.declaration import District
from rami.business.deal import Deal, settle
from rami.core.frame import Values
from rami.functional.district.building import BuildingModel
from rami.functional.district.flexible import Flexible
from rami.functional.district.joint import (
    JointPlan,
    dual_bound,
    network_programme,
    plan_jointly,
    prices_tried,
)
from rami.functional.strategy.convex import Programme
from services.negotiation.actors.buildings import BuildingsService
from services.negotiation.actors.network import NetworkService
from services.negotiation.actors.supply import ProductionService, StationService
from services.negotiation.asking import Bounds, InProcess, drive
from services.negotiation.coordinator import Limits, Outcome
from services.negotiation.dealing import Dealing, Member
from services.negotiation.mail import Sender
from services.negotiation.results import Talk
from services.negotiation.seats.consumers import ConsumersSeat
from services.negotiation.seats.network import TIGHT, NetworkSeat
from services.negotiation.seats.production import ProductionSeat
from services.negotiation.seats.seat import Seat
from services.negotiation.seats.station import StationSeat
from services.negotiation.settling import Settling
from services.negotiation.world import Day

NETWORK, PRODUCTION = "network", "production"
#: gap from which on a better bound is looked for
_FAR = 0.02

Programmes = tuple[
    list[tuple[BuildingModel, Flexible]],
    list[tuple[Programme, NDArray[np.intp]]],
    tuple[Programme, Values],
]


class Table:
    """The parties of one district, and who owns what is settled."""

    def __init__(
        self, declared: District, buildings: Sequence[BuildingsService], network: NetworkService,
        stations: Sequence[StationService], production: ProductionService,
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self.declared, self.buildings, self.network = declared, buildings, network
        self.stations, self.production = stations, production
        owner = declared.production.owner
        self.now_ns = 0
        seats = {s.sender.service: s for s in self._seats()}
        bounds = Bounds(declared.negotiation, clock, lambda: self.now_ns)
        members = [Member(n, s.sender.owner) for n, s in seats.items()]
        self.dealing = Dealing(members, NETWORK, PRODUCTION, bounds)
        self.settling = Settling(self.dealing)
        sender = Sender(declared.district, owner, "negotiation")
        self._ask = InProcess(sender, seats, lambda: self.now_ns)
        self.owner_of = {n: b.declaration.owner for b in buildings for n in b.names}
        self.owner_of |= {s.name: s.declaration.owner for s in stations}
        self.owner_of |= {NETWORK: network.declaration.owner, PRODUCTION: owner}
        #: whether the bound of the joint programme is worked out beside each negotiation
        self.bounded = True

    def talk(self, day: Day, jointly: bool) -> Talk:
        """Agree on the day, or leave it as forecasts were passed on."""
        load = self.network.flowed.plant.copy()
        if jointly:
            return self._jointly(day, load)
        self.now_ns = day.grid.start_ns
        mark, grid = str(day.grid.start_ns), day.grid
        self.dealing.bounds.begin()
        brought = drive(self.dealing.offers(grid, mark), self._ask)
        outcome = drive(self.dealing.rounds(grid, load, brought, mark), self._ask)
        # what only one who sees everybody's data can say: for the report alone
        cost = self._on_model(day, load)
        bound = self._bound(load, outcome.price, cost) if self.bounded else None
        made = drive(self.settling.settle(grid, brought, outcome, mark), self._ask)
        because = made.because or outcome.because
        return Talk(
            outcome.rounds, outcome.settled and made.deal.made, outcome.history, cost, bound,
            made.deal, because, made.without, made.with_,
        )  # fmt: skip

    def rounds(self, day: Day, load: Values) -> Outcome:
        """The rounds alone."""
        self.now_ns = day.grid.start_ns
        self.dealing.bounds.begin()
        mark = str(self.now_ns)
        brought = drive(self.dealing.offers(day.grid, mark), self._ask)
        return drive(self.dealing.rounds(day.grid, load, brought, mark), self._ask)

    def _seats(self) -> list[Seat]:
        declared, site = self.declared, self.declared.district
        contracts = {n: s.contract for n, s in declared.surplus.items()}

        def sender(owner: str, name: str) -> Sender:
            return Sender(site, owner, name)

        seats: list[Seat] = [
            ConsumersSeat(sender(b.declaration.owner, f"buildings_{b.declaration.owner}"), b, {},
                          np.zeros(0, np.intp))
            for b in self.buildings
        ]  # fmt: skip
        seats += [StationSeat(sender(s.declaration.owner, s.name), s, {}) for s in self.stations]
        seats.append(NetworkSeat(sender(declared.network.owner, NETWORK), self.network, {}))
        own = sender(declared.production.owner, PRODUCTION)
        tariff = declared.market.heat_tariff
        seats.append(ProductionSeat(own, self.production, {}, tariff, contracts))
        return seats

    def _jointly(self, day: Day, load: Values) -> Talk:
        """One plan, which needs everybody's data in one place: in process only."""
        without = self._accounts(self.production.plan.cost)  # type: ignore[union-attr]
        joint = self._joint(load, self._limits())
        self._take(joint)
        outcome = Outcome(1, 0.0, np.zeros_like(load), {}, True, "")
        cost = self._on_model(day, load)
        _, because = self.network.check(self._by_section())
        if because:
            return self._none(day, outcome, cost, joint.optimum, because)
        self.production.schedule(self.network.flowed.plant, self._delivered(day))
        with_ = self._accounts(self.production.plan.cost)  # type: ignore[union-attr]
        share = self.declared.negotiation.asker_share
        deal = settle(without, with_, self._effort(), PRODUCTION, share)
        if not deal.made:
            return self._none(day, outcome, cost, joint.optimum, deal.why, deal)
        return Talk(1, True, [], cost, joint.optimum, deal, "", without, with_)

    def _on_model(self, day: Day, load: Values) -> float:
        """EUR of what was answered last, on the model that bounds are worked out with."""
        kelvin = self.network.plan_temperature() - self.network.plan.temperature  # type: ignore[union-attr]
        agreed = load + self._by_section().sum(axis=0) + self.network.effect()[0] @ kelvin
        prospect = self.production.prospect(self._delivered(day))
        return self.production.producer.plan(prospect, agreed).cost + self._own_costs()

    def _limits(self) -> Limits | None:
        network = self.network
        path = network.tree.path()
        tight = self._tight()
        if not tight.any():
            return None
        names = tuple(n for b in self.buildings for n in b.names)
        section = np.concatenate([b.stock.section for b in self.buildings])
        beyond = path[section][:, tight].T
        return Limits(names, np.maximum(network.room()[tight], 0.0), beyond)

    def _tight(self) -> Values:
        plan = self.network.plan
        assert plan is not None
        used = self.network.tree.flows(self.network.expected) / np.maximum(plan.capacity, 1e-9)
        return np.asarray(used.max(axis=1) > TIGHT)

    def _joint(self, load: Values, limits: Limits | None) -> JointPlan:
        return plan_jointly(
            load, *self._programmes(load),
            None if limits is None else (limits.room, limits.beyond),
        )  # fmt: skip

    def _bound(self, load: Values, price: Values, cost: float) -> float:
        programmes = self._programmes(load)
        # every price gives a bound; the joint programme that of the best price, which takes longer
        bound = max(
            dual_bound(load, p, self.production.step_h, *programmes) for p in prices_tried(price)
        )
        if cost - bound > _FAR * abs(bound):
            bound = max(bound, plan_jointly(load, *programmes, close=True).optimum)
        return bound

    def _programmes(self, load: Values) -> Programmes:
        """Everybody's data on one table: for the joint plan, and for the report's bound."""
        network, production = self.network, self.production
        effect, low, high = network.effect()
        plan = network.plan
        assert plan is not None
        ramp = network.declared.ramp * network.step_h
        relaxed = production.producer.relaxed(
            production.prospect(np.zeros_like(load)), np.full_like(load, 1e6)
        )
        steps = np.arange(len(load))
        return (
            [(b.model, b.flexibility()) for b in self.buildings],
            [relaxed, *((s.station.programme(s.available), steps) for s in self.stations)],
            (network_programme(low, high, plan.temperature, ramp), effect),
        )

    def _take(self, joint: JointPlan) -> None:
        first = 0
        for b in self.buildings:
            b.put(joint.change[first : first + b.stock.count])
            first += b.stock.count
        self.network.put(joint.kelvin)
        for s, sent in zip(self.stations, joint.sent[1:], strict=True):
            s.sent = sent

    def _by_section(self) -> Values:
        total = np.zeros_like(self.network.expected)
        for b in self.buildings:
            np.add.at(total, b.stock.section, b.change)
        return total

    def _delivered(self, day: Day) -> Values:
        return sum((s.sent for s in self.stations), np.zeros(day.grid.count))

    def _own_costs(self) -> float:
        return sum(s.own_cost() for s in self.stations) + sum(
            b.discomfort() for b in self.buildings
        )

    def _accounts(self, production: float) -> dict[str, float]:
        """EUR of each party against the plan without a deal; heat at the tariff moves from
        consumers to the producer, the contract's price to stations."""
        found = {n: c for b in self.buildings for n, c in zip(b.names, b.cost(), strict=True)}
        heat = sum(float(b.cost().sum()) - b.discomfort() for b in self.buildings)
        contract = 0.0
        for s in self.stations:
            found[s.name] = s.cost()
            contract += s.own_cost() - s.cost()
        found[NETWORK] = self.network.pumping()
        found[PRODUCTION] = production + contract - heat
        return {n: float(c) for n, c in found.items()}

    def _effort(self) -> dict[str, float]:
        hours = self.production.step_h
        found = {
            n: float(e)
            for b in self.buildings
            for n, e in zip(b.names, np.abs(b.change).sum(axis=1) * hours, strict=True)
        }
        for s in self.stations:
            found[s.name] = float(np.abs(s.sent - s.contract).sum()) * hours
        storing = self.network.storing
        kelvin = np.zeros(0) if storing is None else storing.effect @ storing.temperature
        found[NETWORK] = float(np.abs(kelvin).sum()) * hours
        return found

    def _none(
        self, day: Day, outcome: Outcome, cost: float, bound: float | None, why: str,
        deal: Deal | None = None,
    ) -> Talk:  # fmt: skip
        """No deal: everybody back to the plan that forecasts gave."""
        for b in self.buildings:
            b.put(np.zeros_like(b.change))
        for s in self.stations:
            s.drop()
        self.network.drop()
        self.production.schedule(self.network.flowed.plant, self._delivered(day))
        deal = deal or Deal(False, {}, {}, 0.0, why)
        return Talk(outcome.rounds, False, outcome.history, cost, bound, deal, why)
