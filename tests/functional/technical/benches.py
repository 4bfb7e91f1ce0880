"""Stations and processes that the tests of the technical control run against."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Vector
from rami.asset.kinds import kinds
from rami.asset.network import Network
from rami.asset.topology import SiteTopology, TwinTopology
from rami.functional.technical import Gains, PidBank, StationController
from twins.wiring import wire_site
from twins.wiring.site import DeclaredTwin


def wired(twins: Mapping[str, Any]) -> SiteTopology:
    """The topology of a file's section `twins`."""
    declared = {
        name: DeclaredTwin(
            twin["kind"],
            {n: Network.model_validate(v) for n, v in twin["networks"].items()},
            {n: kinds()[v["kind"]].model_validate(v) for n, v in twin["components"].items()},
        )
        for name, twin in twins.items()
    }
    return wire_site("test", declared)


Rows = NDArray[np.float64]


class FirstOrder:
    """First order with delay, exact between samples."""

    def __init__(self, gain: float, delay: float, lag: float, step: float) -> None:
        self.gain, self.value = gain, 0.0
        self._keep = np.exp(-step / lag)
        self._queue = deque([0.0] * round(delay / step))

    def step(self, u: float) -> float:
        self._queue.append(u)
        self.value = self._keep * self.value + (1 - self._keep) * self.gain * self._queue.popleft()
        return self.value


def overshoot(
    gains: tuple[float, float, float], plant: FirstOrder, step: float, end: float
) -> float:
    """Overshoot of a set-point step of 1 with the PID bank around a plant."""
    bank = PidBank(Gains.of(gains), step, np.array([1e9]))
    bank.state[:] = 0.0
    one, nothing, free = np.ones(1), np.zeros(1), np.array([-1e9])
    peak = 0.0
    for _ in range(round(end / step)):
        u = bank.step(np.array([plant.value]), one, nothing, one, None, free)
        peak = max(peak, plant.step(float(u[0])))
    assert abs(plant.value - 1.0) < 0.02
    return peak - 1.0


class Station:
    """A plant under its controller, with boundary conditions held."""

    def __init__(self, plant: Any, controller: StationController) -> None:
        self.plant, self.controller = plant, controller
        self.inputs: Vector = plant.inputs.starts()
        self._actuated = plant.inputs.places(controller.outputs.names)
        self._measured = plant.outputs.places(controller.inputs.names)
        self.values: Vector = np.array(plant.read())

    def targets(self, **named: float) -> list[float]:
        """A row of targets; what is not named rests, flow temperatures and contents as found."""
        row = []
        for name in self.controller.targets:
            rest = 0.0
            if name.endswith("T_flow"):
                rest = self.controller.topology.networks[name.partition(".")[0]].flow
            elif name.endswith(".Q"):
                rest = self[name]
            row.append(named.get(name.replace(".", "__"), rest))
        return row

    def run(self, seconds: float) -> Rows:
        """Step for some time; the values after each period, shape (periods, outputs)."""
        rows = []
        for _ in range(round(seconds / self.controller.period_s)):
            self.inputs[self._actuated] = self.controller.step(self.values[self._measured])
            self.values = np.array(self.plant.step(self.inputs, self.controller.period_s))
            rows.append(self.values)
        return np.array(rows)

    def __getitem__(self, point: str) -> float:
        return float(self.values[self.plant.outputs[point]])

    def column(self, rows: Rows, point: str) -> Rows:
        return rows[:, self.plant.outputs[point]]


def open_fmu(topology: TwinTopology, cache: Path) -> Any:
    """A twin's FMU, built on first use."""
    from adapters.assets.fmu.backend import FmuBackend
    from models import build_fmu, points_of

    inputs, outputs = points_of(topology)
    return FmuBackend.load(build_fmu(topology, cache), inputs, outputs, name=topology.name)
