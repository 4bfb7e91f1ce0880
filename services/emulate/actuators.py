"""What a command does at the actuator: characteristic, stiction, a stuck spindle."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rami.asset.pump import Pump
from rami.asset.topology import TwinTopology
from rami.asset.valve import Valve
from rami.core.points import Direction, PointIndex

Vector = NDArray[np.float64]

#: range of the equal-percentage part of a valve's characteristic (IEC 60534: flow ratio 30)
_RATIO = 30.0
#: largest share of that part, spread of a pump's exponent, widest stiction
_EQUAL_MOST, _EXPONENT_SPREAD, _STICTION_MOST = 0.25, 0.1, 0.008


class Actuators:
    """Positions of all actuated inputs.

    A valve lies between linear and equal percentage, a pump's flow follows its speed with an
    exponent near 1, both move only when told to by more than their stiction. All drawn from
    the seed.
    """

    def __init__(self, topology: TwinTopology, inputs: PointIndex, seed: int) -> None:
        draw = np.random.default_rng([seed, 2])
        n = len(inputs)
        self._equal, self._exponent = np.zeros(n), np.ones(n)
        self._stiction = np.zeros(n)
        self.moved = np.array([p.direction is Direction.ACTUATED for p in inputs.points])
        for i, point in enumerate(inputs.points):
            equal, exponent, stiction = draw.uniform(size=3).tolist()
            component = topology.components.get(point.name.rpartition(".")[0])
            if isinstance(component, Valve):
                self._equal[i] = _EQUAL_MOST * equal
            elif isinstance(component, Pump):
                self._exponent[i] = 1.0 + _EXPONENT_SPREAD * (2.0 * exponent - 1.0)
            if isinstance(component, Valve | Pump):
                self._stiction[i] = _STICTION_MOST * stiction
        self._shaped = np.flatnonzero(self._stiction > 0.0)
        self._names = inputs.names
        self.position = inputs.starts()

    def reset(self, position: Vector) -> None:
        """Stand at `position`."""
        self.position = np.array(position, np.float64)

    def move(self, command: Vector, stuck: Mapping[int, float]) -> Vector:
        """What acts on the plant; `command` has all inputs, others pass as they are.

        `stuck` holds places of actuators with the position they stick at.
        """
        position = self.position
        moves = np.abs(command - position) > self._stiction
        # closed means closed
        moves |= command == 0.0
        position[moves] = command[moves]
        for place, at in stuck.items():
            position[place] = at
        share = np.clip(position[self._shaped], 0.0, 1.0)
        curved = (_RATIO ** (share - 1.0) - 1.0 / _RATIO) / (1.0 - 1.0 / _RATIO)
        equal = self._equal[self._shaped]
        acts: Vector = np.where(self.moved, position, command)
        acts[self._shaped] = (1.0 - equal) * share ** self._exponent[self._shaped] + equal * curved
        return acts

    def plain(self) -> dict[str, dict[str, float]]:
        """What was drawn, by input."""
        return {
            name: {
                "equal_percentage": float(self._equal[i]),
                "exponent": float(self._exponent[i]),
                "stiction": float(self._stiction[i]),
            }
            for i, name in enumerate(self._names)
            if self._stiction[i] > 0.0
        }
