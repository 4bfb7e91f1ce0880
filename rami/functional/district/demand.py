"""Demand of building groups: what they draw, and what they expect to draw with its quantiles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.functional.district.building import BuildingModel, Course
from rami.functional.district.stock import Stock

#: standard normal quantile of 0.9
_TENTH = 1.2816
#: share of a day's departure of the measured from the expected level that is believed
_LEARN = 0.3


@dataclass(frozen=True)
class Conditions:
    """What the day brings: outdoor air degC, sun as share of its peak, local time in hours at the
    start of each step (steps,), and how hot water and gains depart from habit (groups, steps), 1
    as usual."""

    outdoor: Values
    sun: Values
    clock: Values
    water: Values | float = 1.0
    habits: Values | float = 1.0

    @property
    def hour(self) -> NDArray[np.intp]:
        """Local hour of each step."""
        return self.clock.astype(np.intp)

    @property
    def step_h(self) -> float:
        """Hours of a step."""
        return float(self.clock[1] - self.clock[0]) if len(self.clock) > 1 else 1.0


@dataclass(frozen=True)
class Expected:
    """Demand (groups, steps) in kW with its quantiles 0.1 and 0.9, and the heating behind it."""

    power: Values
    low: Values
    high: Values
    course: Course


def over_day(hours: Values, clock: Values) -> Values:
    """Values of 24 hours (rows, 24) at times of day, linear between the middles of the hours."""
    before = np.floor(clock - 0.5).astype(int)
    part = clock - 0.5 - before
    return np.asarray((1 - part) * hours[:, before % 24] + part * hours[:, (before + 1) % 24])


def wanted(stock: Stock, day: Conditions) -> Values:
    """Set-points at the end of each step, degC (groups, steps)."""
    return over_day(stock.set_point, day.clock + day.step_h)


def hot_water(stock: Stock, day: Conditions) -> Values:
    """KW (groups, steps)."""
    shape = over_day(stock.hot_water_shape, day.clock + day.step_h / 2)
    return np.asarray(stock.hot_water[:, None] * shape * day.water)


def gains(stock: Stock, day: Conditions) -> Values:
    """KW (groups, steps) of people, devices and sun."""
    shape = over_day(stock.gains_shape, day.clock + day.step_h / 2)
    inner = stock.gains[:, None] * shape * day.habits
    return np.asarray(inner + stock.solar[:, None] * day.sun[None, :])


@dataclass
class OwnForecast:
    """Physics on a weather forecast, corrected by what was measured the day before.

    `error` is the standard deviation of the temperature forecast in K; `level` the share by
    which a group's measured demand departed from the expected one of late.
    """

    model: BuildingModel
    error: float
    level: Values = field(default_factory=lambda: np.zeros(0))
    departure: float = 0.06

    def expect(self, start: Values, day: Conditions) -> Expected:
        """The coming day from the temperatures `start` (groups, 2) on."""
        stock = self.model.stock
        course = self.model.course(start, day.outdoor, gains(stock, day), wanted(stock, day))
        level = 1.0 + (self.level if self.level.size else np.zeros(stock.count))
        power = course.heating + hot_water(stock, day) * level[:, None]
        departure = self.departure * np.where(stock.metered > 0, 1.0, 2.0)
        spread = np.hypot(self.error * stock.loss[:, None], departure[:, None] * power)
        low = np.maximum(power - _TENTH * spread, 0.0)
        return Expected(power, low, power + _TENTH * spread, course)

    def learn(self, expected: Values, measured: Values, water: Values) -> None:
        """Take in a day (groups, steps): the departure counts for the part that is hot water."""
        off = (measured - expected).sum(axis=1) / np.maximum(water.sum(axis=1), 1e-9)
        old = self.level if self.level.size else np.zeros_like(off)
        level = np.clip((1 - _LEARN) * old + _LEARN * off, -0.3, 0.3)
        self.level = np.where(self.model.stock.metered > 0, level, 0.0)
