"""The inputs as the PLC holds them: what was written, what waits, what a test rig holds."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rami.core.points import Direction, Point, PointIndex
from services.emulate.faults import Effects

Vector = NDArray[np.float64]

#: what may be written of a disturbance, by quantity
_RANGES = {"temperature": (-60.0, 400.0), "mass_flow": (0.0, 1e4), "power": (-1e6, 1e6)}


class Refused(Exception):
    """A write that is not taken; `reason` is `range`, `type`, `fault` or `away`."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


def range_of(point: Point) -> tuple[float, float]:
    """What may be written to an input."""
    low, high = _RANGES.get(point.quantity, (-1e9, 1e9))
    return (point.low if isfinite(point.low) else low, point.high if isfinite(point.high) else high)


class InputImage:
    """`values` of all inputs in canonical units; `actuated` marks those that move something,
    `free` the disturbances that neither a client nor a rig has set."""

    def __init__(self, inputs: PointIndex) -> None:
        self._inputs = inputs
        self._ranges = [range_of(p) for p in inputs.points]
        self.actuated = np.array([p.direction is Direction.ACTUATED for p in inputs.points])
        self._around: dict[int, float] = {}
        self.start()

    def start(self) -> None:
        """As switched on; a rig goes on holding what it holds."""
        self.values = self._inputs.starts()
        self.release()

    def release(self) -> None:
        """Forget what clients wrote of the surroundings, and what waits."""
        self._written = np.zeros(len(self._inputs), np.bool_)
        self._waiting: list[tuple[float, int, float]] = []

    @property
    def free(self) -> NDArray[np.bool_]:
        """Where the built-in surroundings hold."""
        found = np.asarray(~self._written & ~self.actuated)
        found[list(self._around)] = False
        return found

    def refusal(self, place: int, value: float, effects: Effects) -> Refused | None:
        """Why a write would not be taken."""
        name = self._inputs.names[place]
        if effects.restarting:
            return Refused("away", f"{name}: the PLC is restarting")
        if effects.refuse_all or place in effects.refused:
            return Refused("fault", f"{name}: writes are refused")
        return self._outside(place, value)

    def _outside(self, place: int, value: float) -> Refused | None:
        name, (low, high) = self._inputs.names[place], self._ranges[place]
        if isfinite(value) and low <= value <= high:
            return None
        return Refused("range", f"{name}: wanted {low:g} to {high:g}, got {value:g}")

    def write(self, place: int, value: float, due_s: float | None) -> None:
        """Take a value now, or (with `due_s`) when that time has come."""
        if due_s is None:
            self.values[place] = value
            self._written[place] = True
        else:
            self._waiting.append((due_s, place, value))

    def take_due(self, now_s: float) -> None:
        """Take what has waited long enough."""
        due = [w for w in self._waiting if w[0] <= now_s]
        self._waiting = [w for w in self._waiting if w[0] > now_s]
        for _, place, value in due:
            self.write(place, value, None)

    def shift(self, passed_s: float) -> None:
        """It is so much later: what waits, waits as long as before."""
        self._waiting = [(due_s + passed_s, place, value) for due_s, place, value in self._waiting]

    def surround(self, place: int, value: float | None) -> None:
        """Hold a disturbance at a value whoever writes it, or let it go; raises Refused."""
        if self.actuated[place]:
            name = self._inputs.names[place]
            raise Refused("type", f"{name} is an actuator, nothing that surrounds the plant")
        if value is None:
            self._around.pop(place, None)
            return
        outside = self._outside(place, value)
        if outside is not None:
            raise outside
        self._around[place] = value

    def hold_around(self) -> None:
        """Put what a rig holds over what was written."""
        for place, value in self._around.items():
            self.values[place] = value

    def save(self) -> dict[str, Any]:
        """The state, for JSON."""
        return {
            "values": self.values.tolist(),
            "written": self._written.tolist(),
            "waiting": self._waiting,
            "around": list(self._around.items()),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to what `save` gave."""
        self.values[:], self._written[:] = state["values"], state["written"]
        self._waiting = [(w[0], w[1], w[2]) for w in state["waiting"]]
        self._around = {int(place): float(value) for place, value in state["around"]}
