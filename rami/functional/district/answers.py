"""How those who are no consumers answer a price: producer, industrial station, network.

Each minimises own cost + price x dt + penalty dt / 2 |x - target|^2, where x is what it takes out
of the common balance (a producer's x is negative). Arrays (steps,), kW, EUR/kWh, EUR/kWh per kW.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.functional.district.quadratic import Quadratics
from rami.functional.strategy.convex import Programme, solve, with_rows

#: where the square of a departure is exact, in shares of the scale; straight in between
_KNOTS = np.array([0.0, 0.0005, 0.002, 0.006, 0.02, 0.06, 0.2, 0.6, 2.0, 10.0])


class Supplier:
    """A linear programme of which some columns, `sent`, go into the common balance.

    The square stands as straight pieces between knots at shares of `scale` (kW): the quadratic
    solver cycles on programmes as flat as these, the linear one does not.
    """

    def __init__(
        self, programme: Programme, sent: NDArray[np.intp], step_h: float, scale: float
    ) -> None:
        self.programme, self.sent, self.step_h = programme, sent, step_h
        self.x = np.zeros(len(programme.cost))
        steps, knots = len(sent), _KNOTS * scale
        pieces = len(knots) - 1
        self._middle = (knots[1:] + knots[:-1]) / 2
        self._width = np.tile(np.repeat(np.diff(knots), steps), 2)
        first, count = len(programme.cost), 2 * pieces * steps
        step = np.tile(np.arange(steps), 2 * pieces)
        sign = np.repeat([-1.0, 1.0], pieces * steps)
        self._row = np.concatenate([np.arange(steps), step])
        self._column = np.concatenate([sent, first + np.arange(count)])
        self._value = np.concatenate([np.ones(steps), sign])
        self._count = count

    def answer(self, price: Values, penalty: float, target: Values) -> Values:
        """X = - what is sent. Raises InfeasibleError."""
        p, dt = self.programme, self.step_h
        cost = p.cost.copy()
        cost[self.sent] -= dt * price
        steep = np.tile(np.repeat(penalty * dt * self._middle, len(self.sent)), 2)
        none = np.zeros(self._count)
        bent = Programme(
            np.concatenate([cost, steep]), np.concatenate([p.lower, none]),
            np.concatenate([p.upper, self._width]), p.row, p.column, p.value, p.row_lower,
            p.row_upper, np.zeros(len(cost) + self._count, bool),
        )  # fmt: skip
        held = with_rows(bent, self._row, self._column, self._value, -target, -target)
        self.x = solve(held).x[: len(cost)]
        return np.asarray(-self.x[self.sent])

    def cost(self) -> float:
        """EUR of the last answer, own cost alone."""
        return float(self.programme.cost @ self.x + self.programme.offset)


class StoringNetwork:
    """The water of a network as storage: a higher supply temperature now, less flow later.

    `effect` (steps, steps) is kW at the plant per K made in each step, `low` and `high` by how
    many K the planned temperature may be left, `ramp` K per step.
    """

    def __init__(
        self, effect: Values, low: Values, high: Values, plan: Values, ramp: float, step_h: float
    ) -> None:
        steps = len(low)
        self.effect, self.step_h = effect, step_h
        turn = np.eye(steps) - np.eye(steps, k=-1)
        kelvin = 10.0
        self.kelvin, self.unit = kelvin, max(float(np.abs(effect).max()) * kelvin, 1e-9)
        self._rows = np.concatenate([np.eye(steps), turn])[None]
        change = np.diff(plan, prepend=plan[0])
        below, above = np.minimum(-ramp - change, 0.0), np.maximum(ramp - change, 0.0)
        self._low = (np.concatenate([low, below]) / kelvin)[None]
        self._high = (np.concatenate([high, above]) / kelvin)[None]
        self._matrix = effect * kelvin / self.unit
        self._solver = Quadratics(self._rows)
        self._penalty = -1.0
        self.temperature = np.zeros(steps)

    def answer(self, price: Values, penalty: float, target: Values, iterations: int = 60) -> Values:
        """Change of heat at the plant; `temperature` then holds the change in K behind it."""
        money = penalty * self.unit
        if penalty != self._penalty:
            self._penalty = penalty
            self._solver.curve((self._matrix.T @ self._matrix + 1e-4 * np.eye(len(price)))[None])
        linear = self._matrix.T @ (price / money - target / self.unit)
        x = self._solver.solve(linear[None], self._low, self._high, iterations)[0]
        self.temperature = np.clip(x * self.kelvin, self._low[0][: len(x)] * self.kelvin,
                                   self._high[0][: len(x)] * self.kelvin)  # fmt: skip
        return np.asarray(self.effect @ self.temperature)
