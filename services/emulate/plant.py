"""The emulated plant: the twin's equations with true parameters, losses and wear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rami.asset.cooling_tower import CoolingTower
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.junction import Junction
from rami.asset.pump import Pump
from rami.asset.topology import TwinTopology
from rami.core.points import PointIndex
from services.assemble.emulated import factor_of, right_hand_side
from services.emulate.deviations import as_built
from services.emulate.integrator import Heun
from services.emulate.settings import AMBIENT, Settings

if TYPE_CHECKING:
    from rami.asset.component import Component

Vector = NDArray[np.float64]

#: loss of each line's pipes, kW/K per ton of water in it
_LEAK_PER_TON = 0.02
#: signal that fouling scales, by kind
FOULED: dict[type[Component], str] = {
    HeatExchanger: "UA",
    HeatPump: "COP",
    CoolingTower: "transfer",
}


def fouled_signal(component: Component) -> str | None:
    """Signal of a component that fouling scales, if any."""
    return next((s for kind, s in FOULED.items() if isinstance(component, kind)), None)


class Plant:
    """States of the plant; nothing of it is shown to a client but through sensors.

    `inputs` are those of the twin. `factors` scale signals (`component.signal`), 1 when new.
    """

    def __init__(self, topology: TwinTopology, settings: Settings) -> None:
        built = as_built(topology, settings.seed, settings.deviation)
        self.parameters = built.parameters
        scaled = [
            f"{name}.{signal}"
            for name, component in topology.components.items()
            if (signal := "m" if isinstance(component, Pump) else fouled_signal(component))
        ]
        leaks = {
            f"{name}.T": _LEAK_PER_TON * junction.water / 1000.0
            for name, junction in built.topology.of(Junction).items()
        }
        self._rhs = right_hand_side(built.topology, scaled, leaks, AMBIENT)
        count = len(self._rhs.inputs) - len(scaled)
        self.inputs = PointIndex(self._rhs.inputs.points[:count])
        self.outputs = self._rhs.outputs
        self._factor = {s: self._rhs.inputs[factor_of(s)] for s in scaled}
        self._heun = Heun(self._rhs.controlled)
        self.reset()

    def reset(self) -> None:
        """Back to the start: temperatures, registers, factors."""
        self._x = self._rhs.starts.tolist()
        self._u = self._rhs.inputs.starts().tolist()
        self._heun = Heun(self._rhs.controlled)

    def scale(self, signal: str, factor: float) -> None:
        """Set the factor of a signal."""
        self._u[self._factor[signal]] = factor

    def step(self, inputs: Vector, seconds: float) -> None:
        """Hold `inputs` (the twin's) for `seconds`. Raises ModelError."""
        u = self._u
        u[: len(inputs)] = inputs.tolist()
        rates = self._rhs.rates
        self._x = self._heun.advance(lambda x: rates(u, x), self._x, seconds)

    def read(self) -> Vector:
        """What is true, in the order of `outputs`."""
        return self._rhs.read(self._u, self._x)

    def energy(self) -> float:
        """Stored energy and all that has left, kWh; constant but for round-off."""
        truth = self.read()
        return sum(f * float(truth[self.outputs[n]]) for n, f in self._rhs.balance.items())

    def save(self) -> Vector:
        """States, inputs, step of the solver."""
        return np.array([*self._x, *self._u, self._heun.step_s])

    def restore(self, state: Vector) -> None:
        """Go back to a saved state."""
        numbers = state.tolist()
        n = len(self._x)
        self._x, self._u, self._heun.step_s = numbers[:n], numbers[n:-1], numbers[-1]
