"""A model in pure numpy: the same equations and method as the FMU, without a C compiler."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.codegen.programme import Programme
from models.codegen.python_source import derivatives, entries, signals
from models.kernel.model import StateKind
from models.rosenbrock import System, integrate
from rami.core.errors import ModelError

if TYPE_CHECKING:
    from models.kernel.model import Model

Vector = NDArray[np.float64]


class NativePlant:
    """Readable, Writable, Steppable, Stateful, Snapshotable, as an FMU behind its adapter.

    `states` is open to reading and setting, in the order of `model.states`. `start` sets
    start values of inputs and states by name.
    """

    def __init__(self, model: Model, start: Mapping[str, float] | None = None) -> None:
        self.model = model
        self.inputs, self.outputs = model.input_points, model.output_points
        self.state_points = model.state_points
        programme = Programme(model)
        self._signals, self._rates = signals(programme), derivatives(programme)
        self._entries, rows, columns = entries(programme.jacobian)
        self._places = (np.array(rows, np.intp), np.array(columns, np.intp))
        self._shape = (len(model.states), programme.dynamic)
        self._system = System(
            self.rates, self.jacobian, programme.dynamic, model.count(StateKind.TEMPERATURE)
        )
        slots = [*(s.symbol for s in model.states), *(s for s, _ in model.signals), *model.inputs]
        place = {symbol: i for i, symbol in enumerate(slots)}
        self._picked = np.array([place[model.values[s]] for s in model.outputs], np.intp)
        text = repr((programme.signals, programme.derivatives))
        self._digest = sha256(text.encode()).digest()[:16]
        self._names = [str(s.symbol) for s in model.states]
        self.reset(start)

    def reset(self, start: Mapping[str, float] | None = None) -> None:
        """Back to the start values and time 0; KeyError for a name that is no input or state."""
        self.time = 0.0
        self._u = self.inputs.starts()
        self.states = np.array([s.start for s in self.model.states])
        for name, value in (start or {}).items():
            if name in self._names:
                self.states[self._names.index(name)] = value
            else:
                self._u[self.inputs[name]] = value

    def rates(self, states: Vector) -> Vector:
        """Derivatives of all states with the present inputs, per second."""
        u, x = self._u.tolist(), states.tolist()
        return np.array(self._rates(u, x, self._signals(u, x)))

    def jacobian(self, states: Vector) -> Vector:
        """Derivatives of `rates` by the dynamic states, shape (states, dynamic states)."""
        u, x = self._u.tolist(), states.tolist()
        matrix = np.zeros(self._shape)
        matrix[self._places] = self._entries(u, x, self._signals(u, x))
        return matrix

    def write(self, values: Vector) -> None:
        """Set all inputs; ModelError when one is not finite."""
        finite = np.isfinite(values)
        if not finite.all():
            place = int(np.argmin(finite))
            raise ModelError(
                f"{self.model.name}: {self.inputs.names[place]} is set to {values[place]}; "
                f"wanted a finite number"
            )
        self._u = np.array(values, np.float64)

    def read(self) -> Vector:
        """The present outputs."""
        u, x = self._u.tolist(), self.states.tolist()
        return np.array([*x, *self._signals(u, x), *u])[self._picked]

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Hold `inputs` for `seconds`, return the outputs after it. Raises ModelError."""
        self.write(inputs)
        self.states = integrate(self._system, self.states, seconds)
        self.time += seconds
        return self.read()

    def state(self) -> Vector:
        """The states that the future follows from, registers left out."""
        return self.states[: len(self.state_points)].copy()

    def set_state(self, state: Vector) -> None:
        """Go on from there; ModelError for a value that is not finite."""
        finite = np.isfinite(state)
        if not finite.all():
            place = int(np.argmin(finite))
            raise ModelError(
                f"{self.model.name}: state {self.state_points.names[place]} is set to "
                f"{state[place]}; wanted a finite number"
            )
        self.states = np.concatenate([state, self.states[len(self.state_points) :]])

    def save(self) -> bytes:
        """Model, time, inputs and states as bytes."""
        return self._digest + np.concatenate([[self.time], self._u, self.states]).tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to saved bytes; ModelError when they belong to another model."""
        if state[:16] != self._digest:
            raise ModelError(f"{self.model.name}: the saved state belongs to another model")
        values = np.frombuffer(state[16:])
        self.time = float(values[0])
        self._u = values[1 : 1 + len(self._u)].copy()
        self.states = values[1 + len(self._u) :].copy()
