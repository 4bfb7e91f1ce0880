"""Heat balance of building groups: two temperatures each, exact over a step, all groups at once.

    C1 dT1/dt = K (T2 - T1) + a H (To - T1) + P + Q      what is warm soon
    C2 dT2/dt = K (T1 - T2) + (1 - a) H (To - T2)        structure

T1 is the indoor temperature, P the heating, Q gains of people, devices and sun, To the outdoor
air. Two capacities as in VDI 6007-1 and ISO 13790 (there five resistances, one capacity).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.core.frame import Values
from rami.functional.district.stock import Stock

#: share `a` of the loss that air carries (ventilation, windows), the rest goes through the walls
AIR = 0.3


@dataclass(frozen=True)
class Course:
    """A simulated span: heating, loss to the outside (kW, means), T1, T2 at the end of each step
    (degC); shape (groups, steps)."""

    heating: Values
    loss: Values
    indoor: Values
    structure: Values


class BuildingModel:
    """Transition over `step_h` hours of x = (T1, T2) and of its integrals, inputs (P + Q, To)."""

    def __init__(self, stock: Stock, step_h: float) -> None:
        n = stock.count
        rate = np.zeros((n, 6, 6))
        c1, c2, k, h = stock.quick, stock.structure, stock.coupling, stock.loss
        rate[:, 0, 0], rate[:, 0, 1] = -(k + AIR * h) / c1, k / c1
        rate[:, 1, 0], rate[:, 1, 1] = k / c2, -(k + (1 - AIR) * h) / c2
        rate[:, 0, 4], rate[:, 0, 5] = 1 / c1, AIR * h / c1
        rate[:, 1, 5] = (1 - AIR) * h / c2
        rate[:, 2, 0] = rate[:, 3, 1] = 1.0
        whole = _exponential(rate * step_h)
        self.stock, self.step_h = stock, step_h
        self.keep = whole[:, :2, :2]
        self.push = whole[:, :2, 4]
        self.outside = whole[:, :2, 5]
        self.means = whole[:, 2:4, :] / step_h

    def course(
        self, start: Values, outdoor: Values, gains: Values, wanted: Values, least: float = 0.0
    ) -> Course:
        """Thermostats that hold `wanted` (groups, steps) as far as the heating can.

        `start` (groups, 2) degC, `outdoor` (steps,) degC, `gains` (groups, steps) kW.
        """
        s, x = self.stock, start.copy()
        shape = gains.shape
        heating, loss, indoor, structure = (np.empty(shape) for _ in range(4))
        air, wall = AIR * s.loss, (1 - AIR) * s.loss
        for t in range(shape[1]):
            free = _through(self.keep, x) + self.outside * outdoor[t]
            idle = free[:, 0] + self.push[:, 0] * gains[:, t]
            power = np.clip((wanted[:, t] - idle) / self.push[:, 0], least, s.heating_max)
            heat = power + gains[:, t]
            inputs = np.column_stack([x, np.zeros_like(x), heat, np.full(s.count, outdoor[t])])
            means = _through(self.means, inputs)
            x = free + self.push * heat[:, None]
            heating[:, t], indoor[:, t], structure[:, t] = power, x[:, 0], x[:, 1]
            loss[:, t] = air * (means[:, 0] - outdoor[t]) + wall * (means[:, 1] - outdoor[t])
        return Course(heating, loss, indoor, structure)

    def response(self, steps: int) -> tuple[Values, Values]:
        """What one more kW does: T1 at the end of each step, shape (groups, steps, steps), lower
        triangular in K/kW; and heat still stored at the end, kWh/kW (groups, steps)."""
        n = self.stock.count
        impulse = np.empty((n, steps, 2))
        x = self.push
        for t in range(steps):
            impulse[:, t] = x
            x = _through(self.keep, x)
        lag = np.arange(steps)[:, None] - np.arange(steps)[None, :]
        air = np.where(lag >= 0, impulse[:, np.maximum(lag, 0), 0], 0.0)
        stored = impulse[:, ::-1, 0] * self.stock.quick[:, None]
        stored = stored + impulse[:, ::-1, 1] * self.stock.structure[:, None]
        return air, stored

    def steady(self, outdoor: float, indoor: Values) -> Values:
        """Temperatures (groups, 2) of a long stay at `indoor`."""
        s = self.stock
        wall = (1 - AIR) * s.loss
        return np.column_stack(
            [indoor, (s.coupling * indoor + wall * outdoor) / (s.coupling + wall)]
        )


def _through(matrices: Values, vectors: Values) -> Values:
    return np.asarray(np.einsum("nij,nj->ni", matrices, vectors))


def _exponential(matrices: Values) -> Values:
    """Matrix exponential of each, by scaling, a series and squaring."""
    halvings = max(0, int(np.ceil(np.log2(np.abs(matrices).sum(axis=-1).max()))) + 4)
    small = matrices / 2**halvings
    term = total = np.broadcast_to(np.eye(matrices.shape[-1]), matrices.shape).copy()
    for k in range(1, 13):
        term = term @ small / k
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return np.asarray(total)
