"""What building groups can shift, and what it costs them: convex, within the comfort band.

With u (kW) the change of heating against the own forecast and dT = G u the change of the indoor
temperature that follows, a group with n dwellings, of which a share s can be moved, bears

    discomfort = price n dt sum(dT^2) / s
    s (low - T) <= dT <= s (high - T)     T as forecast; where T lies outside, it gets no worse
    -s P <= u <= s (P_max - P)            P as forecast
    stored heat at the end >= 0           nobody is left with a cold house

in EUR, K, kW. dT is the mean of the group: those moved feel dT / s.
"""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values
from rami.functional.district.building import BuildingModel, Course
from rami.functional.district.quadratic import Quadratics

#: K kept from the edge of the comfort band, for what a forecast does not know
MARGIN = 0.05


class Flexible:
    """The day of some groups: their forecast course, and answers to prices."""

    def __init__(self, model: BuildingModel, course: Course, low: Values, high: Values) -> None:
        s, steps = model.stock, course.heating.shape[1]
        self.step_h = model.step_h
        self.air, stored = model.response(steps)
        share = s.shift[:, None]
        self.scale = np.maximum(s.shift * s.heating_max, 1e-9)
        self.low = np.minimum(share * (low + MARGIN - course.indoor), 0.0)
        self.high = np.maximum(share * (high - MARGIN - course.indoor), 0.0)
        self.least = -share * course.heating
        self.most = share * np.maximum(s.heating_max[:, None] - course.heating, 0.0)
        self.price = s.discomfort * s.dwellings * self.step_h / np.maximum(s.shift, 1e-9)
        self.stored = stored
        unit = self.scale[:, None]
        self._end = stored / np.abs(stored).sum(axis=1, keepdims=True)
        warm = self.air * unit[:, :, None]
        rows = np.concatenate(
            [
                np.broadcast_to(np.eye(steps), warm.shape),
                warm,
                self._end[:, None, :] * np.sqrt(steps),
            ],
            axis=1,
        )
        self._solver = Quadratics(rows)
        #: EUR per unit of x that makes the objective of order one
        self._money = self.scale * self.step_h * 0.05
        self._curve = np.einsum("nki,nkj->nij", warm, warm, optimize=True)
        self._curve *= (2 * self.price / self._money)[:, None, None]
        self._penalty = np.full(s.count, -1.0)

    def discomfort(self, change: Values) -> Values:
        """EUR of each group for a change in kW (groups, steps)."""
        warmer = np.einsum("nij,nj->ni", self.air, change, optimize=True)
        return np.asarray(self.price * (warmer**2).sum(axis=1))

    def warmer(self, change: Values) -> Values:
        """K by which a group's mean indoor temperature changes."""
        return np.asarray(np.einsum("nij,nj->ni", self.air, change, optimize=True))

    def answer(
        self, price: Values, penalty: Values, target: Values, iterations: int = 25
    ) -> Values:
        """The change (groups, steps) in kW that is best for each at

        price u dt + discomfort(u) + penalty dt / 2 |u - target|^2

        with price (groups, steps) EUR/kWh and penalty (groups,) EUR/kWh per kW.
        """
        unit, hours = self.scale[:, None], self.step_h
        if not np.array_equal(penalty, self._penalty):
            self._penalty = penalty.copy()
            pull = penalty * hours * self.scale**2 / self._money
            self._solver.curve(self._curve + pull[:, None, None] * np.eye(price.shape[1]))
        linear = (price - penalty[:, None] * target) * hours * unit / self._money[:, None]
        none = np.zeros((len(self.scale), 1))
        low = np.concatenate([self.least / unit, self.low, none], axis=1)
        high = np.concatenate([self.most / unit, self.high, none + np.inf], axis=1)
        found = self._solver.solve(linear, low, high, iterations) * unit
        return self.within(found)

    def within(self, change: Values) -> Values:
        """The change made to keep every limit exactly: raised until no heat is missing at the
        end, then made smaller as a whole (no change at all keeps all limits)."""
        change = np.clip(change, self.least, self.most)
        for _ in range(3):
            missing = np.maximum(-(self.stored * change).sum(axis=1), 0.0)
            room = np.where(missing[:, None] > 0, self.most - change, 0.0)
            room[:, -2:] = np.maximum(room[:, -2:], 0.0)
            gain = (self.stored * room).sum(axis=1)
            part = np.minimum(missing * (1 + 1e-9) / np.maximum(gain, 1e-12), 1.0)
            change = change + part[:, None] * room
        change[(self.stored * change).sum(axis=1) < 0] = 0.0
        warmer = self.warmer(change)
        limit = np.where(warmer > 0, self.high, self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            fit = np.where(np.abs(warmer) > 1e-12, limit / warmer, 1.0)
        return np.asarray(change * np.clip(fit.min(axis=1), 0.0, 1.0)[:, None])
