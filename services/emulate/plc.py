"""The soft PLC: cycle by cycle, inputs as written, the plant behind them, outputs as measured."""

from __future__ import annotations

import json
from enum import IntEnum
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rami.asset.topology import TwinTopology
from rami.core.errors import ConfigurationError, ModelError, Problem
from rami.core.points import Direction, Point, PointIndex
from services.emulate.actuators import Actuators
from services.emulate.base_control import BaseControl
from services.emulate.faults import Effects, Faults
from services.emulate.plant import Plant
from services.emulate.sensors import Sensors
from services.emulate.settings import Settings

if TYPE_CHECKING:
    from services.emulate.boundary import Boundary

Vector = NDArray[np.float64]

#: what may be written of a disturbance, by quantity
_RANGES = {"temperature": (-60.0, 400.0), "mass_flow": (0.0, 1e4), "power": (-1e6, 1e6)}


class Control(IntEnum):
    """Who drives the actuators: base control since the start, a controller, base control since
    the controller fell silent."""

    LOCAL = 0
    REMOTE = 1
    SAFE = 2


class Refused(Exception):
    """A write that is not taken; `reason` is `range`, `type`, `fault` or `away`."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


def range_of(point: Point) -> tuple[float, float]:
    """What may be written to an input."""
    low, high = _RANGES.get(point.quantity, (-1e9, 1e9))
    return (point.low if isfinite(point.low) else low, point.high if isfinite(point.high) else high)


class Plc:
    """`image` are the inputs as the PLC holds them, `values` the outputs as it tells them, both
    in canonical units; `told_s` says when each output was told (elapsed seconds), `bad` where
    the sensor has failed.

    Without a boundary every disturbance is what was written. A change of the heartbeat, and
    every write of an actuated input, is a sign of life of the controller.
    """

    def __init__(
        self, topology: TwinTopology, settings: Settings, boundary: Boundary | None = None
    ) -> None:
        self.topology, self.settings, self._boundary = topology, settings, boundary
        self.plant = Plant(topology, settings)
        self.inputs = self.plant.inputs
        extra = {n for n in self.plant.outputs.names if n not in topology.points}
        self.outputs = PointIndex(p for p in self.plant.outputs.points if p.name not in extra)
        self._seen = self.plant.outputs.places(self.outputs.names)
        self.actuators = Actuators(topology, self.inputs, settings.seed)
        self.sensors = Sensors(topology, self.outputs, settings.seed, settings.scan_s)
        self.base = BaseControl(topology, self.inputs, self.outputs)
        self.faults = Faults(topology, self.inputs, self.outputs)
        self._ranges = [range_of(p) for p in self.inputs.points]
        self._actuated = np.array([p.direction is Direction.ACTUATED for p in self.inputs.points])
        self.scans = 0
        self.start()
        self.values = self.sensors.measure(self.plant.read()[self._seen], 0)
        self.told_s = np.zeros(len(self.outputs))
        self.bad = np.zeros(len(self.outputs), np.bool_)

    def start(self) -> None:
        """As switched on: inputs at their starts, no controller known."""
        self.image = self.inputs.starts()
        if self._boundary is not None:
            self._boundary.fill(self.image, self.elapsed_s)
        self._written = np.zeros(len(self.inputs), np.bool_)
        self._waiting: list[tuple[float, int, float]] = []
        self.cycle, self.heartbeat, self._alive = 0, 0, False
        free = self.settings.heartbeat_s is None
        self.control = Control.REMOTE if free else Control.LOCAL
        self.silent_s = 0.0
        self._effects = Effects()
        self.base.start(self.actuators.position)

    @property
    def elapsed_s(self) -> float:
        """The plant's time since the start."""
        return self.scans * self.settings.scan_s

    @property
    def link_down(self) -> bool:
        """Whether nobody may reach the PLC now."""
        return self._effects.link_down

    @property
    def frozen(self) -> bool:
        """Whether all that is told stands still."""
        return self._effects.frozen_all or self._effects.restarting

    def refusal(self, place: int, value: float) -> Refused | None:
        """Why a write would not be taken."""
        name, (low, high) = self.inputs.names[place], self._ranges[place]
        if self._effects.restarting:
            return Refused("away", f"{name}: the PLC is restarting")
        if self._effects.refuse_all or place in self._effects.refused:
            return Refused("fault", f"{name}: writes are refused")
        if not (isfinite(value) and low <= value <= high):
            return Refused("range", f"{name}: wanted {low:g} to {high:g}, got {value:g}")
        return None

    def write(self, place: int, value: float) -> None:
        """Take an input, from the next scan on. Raises Refused."""
        refused = self.refusal(place, value)
        if refused is not None:
            raise refused
        if self._actuated[place]:
            self._alive = True
        if self._effects.delay_s > 0.0:
            self._waiting.append((self.elapsed_s + self._effects.delay_s, place, value))
        else:
            self._take(place, value)

    def _take(self, place: int, value: float) -> None:
        self.image[place] = value
        self._written[place] = True

    def beat(self, number: int) -> None:
        """The controller's heartbeat; a change is a sign of life."""
        if number != self.heartbeat:
            self.heartbeat, self._alive = number, True

    def refresh_faults(self) -> None:
        """Let faults that were put on or cleared just now act without waiting for a scan."""
        was = self._effects
        self._effects = self.faults.effects(self.elapsed_s, self.actuators.position)
        # a restart ends in a scan
        self._effects.restarting |= was.restarting
        self._effects.keep &= was.keep

    def advance(self, seconds: float) -> None:
        """Scan for so long; ConfigurationError when that is no whole number of scans."""
        for _ in range(self.scans_in(seconds)):
            self.scan()

    def scans_in(self, seconds: float) -> int:
        """Number of scans in a span; ConfigurationError when it is none."""
        scan_s = self.settings.scan_s
        count = seconds / scan_s
        if not isfinite(count) or count < 0 or abs(count - round(count)) > 1e-6:
            what = f"wanted a multiple of the scan ({scan_s:g} s), got {seconds:g} s"
            raise ConfigurationError([Problem("advance", what)])
        return round(count)

    def scan(self) -> None:
        """One cycle. Raises ModelError when the plant cannot go on."""
        scan_s = self.settings.scan_s
        was = self._effects
        effects = self.faults.effects(self.elapsed_s, self.actuators.position)
        if was.restarting and not effects.restarting:
            self._come_back(was.keep)
        self._effects = effects
        if effects.restarting:
            command = np.where(self._actuated, 0.0, self.image)
        else:
            command = self._command(scan_s)
        if self._boundary is not None:
            around = self.image.copy()
            self._boundary.fill(around, self.elapsed_s)
            fresh = ~self._written & ~self._actuated
            self.image[fresh] = command[fresh] = around[fresh]
        for signal, factor in self._factors(was, effects).items():
            self.plant.scale(signal, factor)
        self.plant.step(self.actuators.move(command, effects.stuck), scan_s)
        self.scans += 1
        if not effects.restarting:
            self.cycle += 1
        if self.control is not Control.REMOTE:
            # whoever reads back sees where the actuators stand
            self.image[self._actuated] = self.actuators.position[self._actuated]
        self._tell(effects)

    def _command(self, scan_s: float) -> Vector:
        now = self.elapsed_s
        due = [w for w in self._waiting if w[0] <= now]
        self._waiting = [w for w in self._waiting if w[0] > now]
        for _, place, value in due:
            self._take(place, value)
        limit = self.settings.heartbeat_s
        if self._alive:
            self.control, self.silent_s, self._alive = Control.REMOTE, 0.0, False
        elif limit is not None and self.control is Control.REMOTE:
            self.silent_s += scan_s
            if self.silent_s > limit:
                self.control = Control.SAFE
                self._written[:] = False
                self._waiting = []
                self.base.start(self.actuators.position)
        if self.control is Control.REMOTE:
            return self.image.copy()
        wanted = self.base.step(self.values, scan_s)
        return np.where(self._actuated, wanted, self.image)

    def _come_back(self, keep: bool) -> None:
        if not keep:
            self.plant.reset()
        self.actuators.reset(np.where(self._actuated, 0.0, self.inputs.starts()))
        self.sensors.reset()
        self.start()

    def _factors(self, was: Effects, now: Effects) -> dict[str, float]:
        """Signals to scale now; those of faults that are over are whole again."""
        return {**dict.fromkeys(was.factors, 1.0), **now.factors}

    def _tell(self, effects: Effects) -> None:
        told = self.sensors.measure(self.plant.read()[self._seen], self.scans)
        for place, offset in effects.offsets.items():
            told[place] += offset
        if effects.frozen_all or effects.restarting:
            return
        moving = np.ones(len(told), np.bool_)
        moving[list(effects.frozen)] = False
        self.values[moving] = told[moving]
        self.told_s[moving] = self.elapsed_s
        self.bad[:] = False
        self.bad[list(effects.broken)] = True

    def truth(self) -> dict[str, float]:
        """True values of all outputs, for those who test; never told to a client."""
        names = self.plant.outputs.names
        return dict(zip(names, self.plant.read().tolist(), strict=True))

    def save(self) -> bytes:
        """The whole state; restored, the same commands give the same future."""
        state: dict[str, Any] = {
            "plant": self.plant.save().tolist(),
            "position": self.actuators.position.tolist(),
            "lagged": self.sensors.lagged.tolist(),
            "base": self.base.save().tolist(),
            "image": self.image.tolist(),
            "written": self._written.tolist(),
            "waiting": self._waiting,
            "values": self.values.tolist(),
            "told_s": self.told_s.tolist(),
            "bad": self.bad.tolist(),
            "scans": self.scans,
            "cycle": self.cycle,
            "heartbeat": self.heartbeat,
            "alive": self._alive,
            "control": int(self.control),
            "silent_s": self.silent_s,
            "faults": self.faults.save(),
            "effects": self._effects_saved(),
        }
        return json.dumps(state).encode()

    def _effects_saved(self) -> dict[str, Any]:
        now = self._effects
        return {"factors": now.factors, "restarting": now.restarting, "keep": now.keep}

    def restore(self, saved: bytes) -> None:
        """Go back to a saved state; ModelError when it belongs to another plant."""
        state = json.loads(saved)
        sizes = (len(state["image"]), len(state["values"]), len(state["plant"]))
        if sizes != (len(self.inputs), len(self.outputs), len(self.plant.save())):
            raise ModelError(f"{self.topology.name}: the saved state belongs to another plant")
        self.plant.restore(np.array(state["plant"]))
        self.actuators.reset(np.array(state["position"]))
        self.sensors.lagged[:] = state["lagged"]
        self.base.restore(np.array(state["base"]))
        self.image[:], self._written[:] = state["image"], state["written"]
        self._waiting = [(w[0], w[1], w[2]) for w in state["waiting"]]
        self.values = np.array(state["values"])
        self.told_s[:], self.bad[:] = state["told_s"], state["bad"]
        self.scans, self.cycle = state["scans"], state["cycle"]
        self.heartbeat, self._alive = state["heartbeat"], state["alive"]
        self.control, self.silent_s = Control(state["control"]), state["silent_s"]
        self.faults.restore(state["faults"])
        self._effects = Effects(**state["effects"])
