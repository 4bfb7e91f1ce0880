"""One owner's buildings: forecast their demand, answer what they can shift, and heat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rami.communication.service.contract import Fallback, Inbox, Need, Offer, ServiceDeclaration
from rami.communication.service.message import Message
from rami.communication.service.payload import Forecast
from rami.core.frame import Values
from rami.functional.district.building import BuildingModel
from rami.functional.district.demand import Expected, OwnForecast, gains, hot_water, wanted
from rami.functional.district.flexible import Flexible
from rami.functional.district.stock import Stock
from services.negotiation.mail import DEMAND, Sender, answered, columns, grid_of, request_of
from services.negotiation.world import Day


class BuildingsService:
    """`names` are `section.group`, as others hear them; temperatures and comfort stay here."""

    def __init__(self, site: str, owner: str, stock: Stock, sections: Sequence[str],
                 step_h: float, error: float, tariff: float) -> None:  # fmt: skip
        self.stock, self.tariff = stock, tariff
        self.names = tuple(
            f"{sections[s]}.{n}" for s, n in zip(stock.section, stock.names, strict=True)
        )
        self.model = BuildingModel(stock, step_h)
        self.forecast = OwnForecast(self.model, error)
        self.sender = Sender(site, owner, "buildings")
        self.declaration = ServiceDeclaration(
            "buildings", owner, (Need("flexibility_request", owner, fallback=Fallback.NOTHING),),
            (Offer("forecast", DEMAND), Offer("flexibility_answer")), 86400.0,
            description="demand of building groups, and what of it can be shifted",
        )  # fmt: skip
        self.state: Values | None = None
        self.expected: Expected | None = None
        self.flexible: Flexible | None = None
        self.change: Values = np.zeros((stock.count, 0))

    def begin(self, day: Day, rows: NDArray[np.intp]) -> None:
        """A new day: its weather forecast; `rows` are the places of this owner's groups in the
        made-up habits."""
        if self.state is None:
            self.state = self.model.steady(
                float(day.real.outdoor[0]), wanted(self.stock, day.real)[:, 0]
            )
        self.day, self.rows = day, rows
        self.expected = self.forecast.expect(self.state, day.expected)
        self.flexible = None
        self.change = np.zeros_like(self.expected.power)

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """A forecast, or the answer to a request."""
        assert self.expected is not None
        grid = self.day.grid
        found = request_of(inbox)
        if found is None:
            e = self.expected
            bands = {"0.1": columns(self.names, e.low), "0.9": columns(self.names, e.high)}
            series = columns(self.names, e.power)
            payload = Forecast(
                grid=grid_of(grid), unit="kW", quantity="power", series=series, quantiles=bands
            )
            return [self.sender.message(payload, grid, DEMAND)]
        request, correlation = found
        penalty = np.array([request.penalty.get(n, 0.0) for n in self.names])
        flat = [0.0] * grid.count
        target = np.array([request.change.get(n, flat) for n in self.names])
        price = np.array([request.prices.get(n, request.price) for n in self.names])
        self.change = self.flexibility().answer(price, penalty, target)
        cost = dict(zip(self.names, self.cost().tolist(), strict=True))
        answer = answered(request, columns(self.names, self.change), cost)
        return [self.sender.message(answer, grid, correlation=correlation)]

    def cost(self) -> Values:
        """EUR that the last answer costs each group: discomfort, and heat at the tariff."""
        dt = self.model.step_h
        heat = self.tariff * dt * self.change.sum(axis=1)
        return np.asarray(self.flexibility().discomfort(self.change) + heat)

    def discomfort(self) -> float:
        """EUR of discomfort alone, all groups."""
        return float(self.flexibility().discomfort(self.change).sum())

    def why_not(self) -> str:
        """What bounds the last answer, in words."""
        flexible = self.flexibility()
        warmer = flexible.warmer(self.change)
        cold = (warmer <= flexible.low + 0.02).any(axis=1).mean()
        off = (self.change <= flexible.least + 1e-6 * flexible.scale[:, None]).any(axis=1).mean()
        return (
            f"{cold:.0%} of the groups reach the lower edge of their comfort band, "
            f"{off:.0%} heat no more where it is asked"
        )

    def put(self, change: Values) -> None:
        """Take part in a deal with this change (kW)."""
        self.change = self.flexibility().within(change)

    def realise(self) -> Values:
        """Live the day: demand at the meters (groups, steps) in kW."""
        assert self.state is not None and self.expected is not None
        s, real = self.stock, self.day.real
        water, habits = real.water[self.rows], real.habits[self.rows]  # type: ignore[index]
        own = type(real)(real.outdoor, real.sun, real.clock, water, habits)
        aim = wanted(s, own)
        if self.change.any():
            aim = np.where(self._moved(), self.expected.course.indoor + self.warmer(), aim)
        course = self.model.course(self.state, own.outdoor, gains(s, own), aim)
        hot = hot_water(s, own)
        self.forecast.learn(self.expected.power + self.change, course.heating + hot, hot)
        self.state = np.stack([course.indoor[:, -1], course.structure[:, -1]], axis=1)
        self.indoor = course.indoor
        return np.asarray(course.heating + hot)

    def warmer(self) -> Values:
        """K by which the deal moves the mean indoor temperature."""
        return self.flexibility().warmer(self.change)

    def outside(self) -> float:
        """Degree-hours of the day outside the comfort band, by dwelling: those that are moved
        feel the whole change, the others none."""
        s, hour = self.stock, self.day.real.hour
        low, high = s.low[:, hour], s.high[:, hour]
        shift = s.shift[:, None]
        warmer = self.warmer() if self.change.any() else np.zeros_like(self.indoor)
        base = self.indoor - warmer
        total = 0.0
        for share, felt in ((1 - shift, base), (shift, base + warmer / np.maximum(shift, 1e-9))):
            off = np.maximum(low - felt, 0) + np.maximum(felt - high, 0)
            total += float((share * s.dwellings[:, None] * off).sum())
        return total * self.model.step_h

    def _moved(self) -> Values:
        return np.asarray(np.abs(self.change).max(axis=1, keepdims=True) > 1e-9)

    def flexibility(self) -> Flexible:
        """What can be shifted on the present day."""
        assert self.expected is not None
        if self.flexible is None:
            hour, s = self.day.expected.hour, self.stock
            self.flexible = Flexible(
                self.model, self.expected.course, s.low[:, hour], s.high[:, hour]
            )
        return self.flexible
