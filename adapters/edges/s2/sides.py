"""A resource's side of a negotiation: what it takes without a deal, and its best answer."""

from __future__ import annotations

import numpy as np
from s2python.common import ControlType

from adapters.edges.s2.configuration import S2Configuration
from adapters.edges.s2.describe import Device, device, envelope, expected, targets, usage
from adapters.edges.s2.told import Told
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.functional.flexibility import Ask, StorePlan, plan_store
from rami.functional.flexibility.bargain import FIRM, EnvelopeSide, Reply, Side, missed


class StoreSide:
    """Of a store or of operation modes: planned over its levels and modes."""

    def __init__(
        self, found: Device, told: Told, quantity: str, grid: TimeGrid, settings: S2Configuration
    ) -> None:
        self.device, self._tariff = found, settings.tariff
        self._grid, self._outside = grid, settings.target_price
        self._used = usage(told, grid) - found.held
        self._low, self._high = targets(told, found.store, grid)
        forecast = expected(told, quantity, grid)
        zero = np.zeros(grid.count)
        if forecast is None:
            forecast = self._steady()
        without = self._plan(zero, 1.0, forecast, None)
        self._own, self.own = without, without.power
        self.size = max(found.store.most() / 2, 1e-6)
        self._end = float(without.level[-1])
        outside = not found.store.low <= found.level <= found.store.high
        self._cannot = ""
        if outside:
            self._cannot = f"its fill level {found.level:g} is outside its range"

    def answer(self, price: Values, penalty: float, target: Values, firm: bool) -> Reply:
        """As in Side."""
        if self._cannot:
            return Reply(self.own, np.zeros_like(self.own), 0.0, because=self._cannot)
        weight = FIRM if firm else penalty
        plan = self._plan(np.zeros_like(price) if firm else price, weight, self.own + target,
                          self._end)  # fmt: skip
        change = plan.power - self.own
        hours = self._grid.step_s / 3600
        cost = plan.cost - self._own.cost + self._tariff * hours * float(change.sum())
        worse = plan.excess > self._own.excess + 1e-3 * (
            self.device.store.high - self.device.store.low
        )
        because = "its fill level would leave its range" if worse else ""
        if firm and not because:
            because = missed(change - target, self.size)
        return Reply(plan.power, change, cost, plan.pieces, because)

    def _plan(self, price: Values, penalty: float, target: Values, end: float | None) -> StorePlan:
        ask = Ask(
            self._grid.step_s, price, target, self._used, penalty,
            self._low, self._high, self._outside, end,
        )  # fmt: skip
        return plan_store(self.device.store, self.device.level, self.device.mode, ask)

    def _steady(self) -> Values:
        """The power that keeps a level; that of the present mode where there is none."""
        found, store = self.device, self.device.store
        level = np.clip(np.array([found.level]), store.low, store.high)
        per_level = store.kwh_per_level() * 3600
        if per_level:
            return np.asarray(np.maximum(self._used + store.leak(level)[0], 0.0) * per_level)
        mode = next(m for m in store.modes if m.name == found.mode)
        return np.full(self._grid.count, mode.values(level, found.factor)[1][0])


def side(told: Told, quantity: str, grid: TimeGrid, settings: S2Configuration) -> Side | str:
    """What a resource can do over a grid, or why nothing."""
    if told.control is ControlType.POWER_ENVELOPE_BASED_CONTROL:
        power = expected(told, quantity, grid)
        if power is None:
            return f"it forecasts no {quantity}"
        limits = envelope(told, quantity, power, grid)
        return limits if isinstance(limits, str) else EnvelopeSide(limits, settings.tariff)
    if told.control is ControlType.NO_SELECTION:
        return "it offers no control"
    found = device(told, quantity)
    return found if isinstance(found, str) else StoreSide(found, told, quantity, grid, settings)
