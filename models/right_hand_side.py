"""A model's right-hand side alone, for integrators of others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.balance import energy_balance
from models.codegen.programme import Programme
from models.codegen.python_source import Numbers, derivatives, signals
from models.kernel.model import Model, StateKind

Vector = NDArray[np.float64]


class RightHandSide:
    """dx/dt = f(u, x), y = g(u, x) of a model, over lists of floats.

    `states` names the states, `starts` their start values, `controlled` counts those that are
    temperatures (the first ones). `balance` maps outputs to the factors whose sum is constant.
    """

    def __init__(self, model: Model) -> None:
        programme = Programme(model)
        self.name = model.name
        self.inputs, self.outputs = model.input_points, model.output_points
        self.states = tuple(str(s.symbol) for s in model.states)
        self.starts: Vector = np.array([s.start for s in model.states])
        self.controlled = model.count(StateKind.TEMPERATURE)
        self.balance = energy_balance(model.boundaries)
        self._signals, self._rates = signals(programme), derivatives(programme)
        slots = [*(s.symbol for s in model.states), *(s for s, _ in model.signals), *model.inputs]
        place = {symbol: i for i, symbol in enumerate(slots)}
        self._picked = [place[model.values[s]] for s in model.outputs]

    def rates(self, u: Numbers, x: Numbers) -> Numbers:
        """Derivatives of all states, per second."""
        return self._rates(u, x, self._signals(u, x))

    def read(self, u: Numbers, x: Numbers) -> Vector:
        """All outputs, in canonical units."""
        slots = [*x, *self._signals(u, x), *u]
        return np.array([slots[i] for i in self._picked])
