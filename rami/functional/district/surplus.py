"""An industrial station that sends surplus heat through its own storage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.district.source import Surplus
from rami.asset.water import DENSITY, HEAT_CAPACITY
from rami.core.frame import Values
from rami.functional.strategy.convex import Programme


class SurplusStation:
    """What it can send over `steps` of `step_h` hours.

    content(t) = content(t - 1) + (available - sent - spilled) dt,  0 <= content <= full
    0 <= sent <= power,  content at the end >= content at the start
    """

    def __init__(self, declared: Surplus, step_h: float) -> None:
        self.declared, self.step_h = declared, step_h
        spread = declared.storage_spread
        self.full = declared.storage * DENSITY * HEAT_CAPACITY / 3600 * spread
        self.start = 0.5 * self.full

    def available(self, hour: NDArray[np.intp], working: bool) -> Values:
        """Heat that the factory has to spare, kW (steps,)."""
        share = 1.0 if working else self.declared.weekend
        return np.asarray(self.declared.power * share * np.array(self.declared.available)[hour])

    def contracted(self, available: Values) -> Values:
        """What it sends without being asked: the firm power as far as there is heat."""
        firm, content = self.declared.firm * self.declared.power, self.start
        sent = np.empty_like(available)
        for t, heat in enumerate(available):
            sent[t] = min(firm, heat + max(content - self.start, 0.0) / self.step_h)
            content = min(content + (heat - sent[t]) * self.step_h, self.full)
        return sent

    def programme(self, available: Values) -> Programme:
        """Columns sent, spilled, content (3 x steps); the cost is its own of sending."""
        n, dt = len(available), self.step_h
        eye = np.arange(n)
        own = self.declared.cost * dt
        row = np.concatenate([eye, eye, eye, eye[1:]])
        column = np.concatenate([eye, n + eye, 2 * n + eye, 2 * n + eye[:-1]])
        value = np.concatenate([np.full(2 * n, dt), np.ones(n), -np.ones(n - 1)])
        right = available * dt
        right[0] += self.start
        lower = np.zeros(3 * n)
        lower[-1] = self.start
        upper = np.concatenate(
            [np.full(n, self.declared.power), np.full(n, np.inf), np.full(n, self.full)]
        )
        cost = np.concatenate([np.full(n, own), np.zeros(2 * n)])
        whole = np.zeros(3 * n, bool)
        return Programme(cost, lower, upper, row, column, value, right, right.copy(), whole)
