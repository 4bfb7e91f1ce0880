"""The soft PLC: cycle by cycle, inputs as written, the plant behind them, outputs as measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import IntEnum
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rami.asset.topology import TwinTopology
from rami.core.errors import ConfigurationError, ModelError, Problem
from rami.core.points import PointIndex
from services.emulate.actuators import Actuators
from services.emulate.base_control import BaseControl
from services.emulate.faults import Effects, Faults
from services.emulate.input_image import InputImage, Refused
from services.emulate.plant import Plant
from services.emulate.sensors import Sensors
from services.emulate.settings import Settings

if TYPE_CHECKING:
    from services.emulate.boundary import Boundary

Vector = NDArray[np.float64]


class Control(IntEnum):
    """Who drives the actuators: base control since the start, a controller, base control since
    the controller fell silent."""

    LOCAL = 0
    REMOTE = 1
    SAFE = 2


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
        self.scans = 0
        self._scaled: set[str] = set()
        self.held = InputImage(self.inputs)
        self._actuated = self.held.actuated
        self.start()
        self.values = self.sensors.measure(self.plant.read()[self._seen], 0)
        self.told_s = np.zeros(len(self.outputs))
        self.bad = np.zeros(len(self.outputs), np.bool_)

    def start(self) -> None:
        """As switched on: inputs at their starts, no controller known."""
        self.held.start()
        if self._boundary is not None:
            self._boundary.fill(self.image, self.elapsed_s)
        self.cycle, self.heartbeat, self._alive = 0, 0, False
        free = self.settings.heartbeat_s is None
        self.control = Control.REMOTE if free else Control.LOCAL
        self.silent_s = 0.0
        self._effects = Effects()
        self.base.start(self.actuators.position)

    @property
    def image(self) -> Vector:
        """The inputs as held, in canonical units."""
        return self.held.values

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
        return self.held.refusal(place, value, self._effects)

    def write(self, place: int, value: float) -> None:
        """Take an input, from the next scan on. Raises Refused."""
        refused = self.refusal(place, value)
        if refused is not None:
            raise refused
        if self._actuated[place]:
            self._alive = True
        delay_s = self._effects.delay_s
        self.held.write(place, value, self.elapsed_s + delay_s if delay_s else None)

    def beat(self, number: int) -> None:
        """The controller's heartbeat; a change is a sign of life."""
        if number != self.heartbeat:
            self.heartbeat, self._alive = number, True

    def beat_on(self) -> None:
        """One more heartbeat of a controller that lives."""
        self.beat((self.heartbeat + 1) % 2**16)

    def set_elapsed(self, elapsed_s: float) -> None:
        """It is another time; everything is as it was, and as old as it was."""
        scans = round(elapsed_s / self.settings.scan_s)
        passed_s = (scans - self.scans) * self.settings.scan_s
        self.scans = scans
        self.told_s += passed_s
        self.held.shift(passed_s)
        self.faults.shift(passed_s)

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
        command = np.zeros(len(self.inputs)) if effects.restarting else self._command(scan_s)
        if self._boundary is not None:
            around = self.image.copy()
            self._boundary.fill(around, self.elapsed_s)
            free = self.held.free
            self.image[free] = around[free]
        self.held.hold_around()
        command = np.where(self._actuated, command, self.image)
        self._scale(effects.factors)
        self.plant.step(self.actuators.move(command, effects.stuck), scan_s)
        self.scans += 1
        if not effects.restarting:
            self.cycle += 1
        if self.control is not Control.REMOTE:
            # whoever reads back sees where the actuators stand
            self.image[self._actuated] = self.actuators.position[self._actuated]
        self._tell(effects)

    def _command(self, scan_s: float) -> Vector:
        self.held.take_due(self.elapsed_s)
        limit = self.settings.heartbeat_s
        if self._alive:
            self.control, self.silent_s, self._alive = Control.REMOTE, 0.0, False
        elif limit is not None and self.control is Control.REMOTE:
            self.silent_s += scan_s
            # the last sign of life may be a scan older than the scan that saw it
            if self.silent_s + scan_s >= limit:
                self.control = Control.SAFE
                self.held.release()
                self.base.start(self.actuators.position)
        if self.control is Control.REMOTE:
            return self.image
        return self.base.step(self.values, scan_s)

    def _come_back(self, keep: bool) -> None:
        if not keep:
            self.plant.reset()
        self.actuators.reset(np.where(self._actuated, 0.0, self.inputs.starts()))
        self.sensors.reset()
        self.start()

    def _scale(self, factors: Mapping[str, float]) -> None:
        """Scale signals; those of faults that are over are whole again."""
        for signal in self._scaled - factors.keys():
            self.plant.scale(signal, 1.0)
        for signal, factor in factors.items():
            self.plant.scale(signal, factor)
        self._scaled = set(factors)

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
            "inputs": self.held.save(),
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
            "scaled": sorted(self._scaled),
            "effects": self._effects_saved(),
        }
        return json.dumps(state).encode()

    def _effects_saved(self) -> dict[str, Any]:
        now = self._effects
        return {"restarting": now.restarting, "keep": now.keep}

    def restore(self, saved: bytes) -> None:
        """Go back to a saved state; ModelError when it belongs to another plant."""
        state = json.loads(saved)
        sizes = (len(state["inputs"]["values"]), len(state["values"]), len(state["plant"]))
        if sizes != (len(self.inputs), len(self.outputs), len(self.plant.save())):
            raise ModelError(f"{self.topology.name}: the saved state belongs to another plant")
        self.plant.restore(np.array(state["plant"]))
        self.actuators.reset(np.array(state["position"]))
        self.sensors.lagged[:] = state["lagged"]
        self.base.restore(np.array(state["base"]))
        self.held.restore(state["inputs"])
        self.values = np.array(state["values"])
        self.told_s[:], self.bad[:] = state["told_s"], state["bad"]
        self.scans, self.cycle = state["scans"], state["cycle"]
        self.heartbeat, self._alive = state["heartbeat"], state["alive"]
        self.control, self.silent_s = Control(state["control"]), state["silent_s"]
        self.faults.restore(state["faults"])
        self._scaled = set(state["scaled"])
        self._effects = Effects(**state["effects"])
