"""A plant that drives itself when its controller falls silent, in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rami.asset.live import Answer, Mask, Observation, Taken, Vector
from rami.core.points import PointIndex
from rami.core.quality import Reason, good
from services.assemble.live import live_points
from services.emulate.plc import Plc
from services.emulate.settings import Settings
from services.runtime.rehearsal import ModelRehearsal
from tests.services.conftest import ReadySite
from tests.services.runtime.swaps import Cable


class _Around:
    """The PLC without its actuators: they are written through `SelfDriven` only."""

    def __init__(self, plc: Plc) -> None:
        self.plc = plc
        self.inputs, self.outputs = plc.inputs, plc.outputs

    def read(self) -> Vector:
        return self.plc.values

    def write(self, values: Vector) -> None:
        for place in np.flatnonzero(~self.plc.held.actuated).tolist():
            self.plc.held.surround(place, float(values[place]))

    def step(self, inputs: Vector, seconds: float) -> Vector:
        self.write(inputs)
        self.plc.advance(seconds)
        return self.plc.values


class SelfDriven(Cable):
    """Reads back where its actuators stand; a write or a beat is a sign of life."""

    def __init__(
        self, plc: Plc, inputs: PointIndex, outputs: PointIndex, clock: Callable[[], int]
    ) -> None:
        super().__init__(lambda: _Around(plc), inputs, outputs, clock, 60.0)
        self.plc, self._at = plc, plc.inputs.places(inputs.names)
        self._clock_ns = clock

    def command(self, values: Vector, chosen: Mask) -> tuple[Answer, ...]:
        for place in np.flatnonzero(chosen).tolist():
            self.plc.write(int(self._at[place]), float(values[place]))
        return tuple(Answer(p, Taken.DONE) for p in np.flatnonzero(chosen).tolist())

    def read_back(self) -> Observation:
        count = len(self.inputs)
        times = np.full(count, self._clock_ns(), np.int64)
        return Observation(self.plc.image[self._at], good(count, Reason.SIMULATED), times)


class Beaten(ModelRehearsal):
    """Tells such a plant that its controller lives."""

    def __init__(self, plant: SelfDriven) -> None:
        super().__init__(plant)
        self._plc = plant.plc

    def beat(self) -> None:
        self._plc.beat(self._plc.heartbeat + 1)


class SelfDrivenPlants:
    """Makes the plant of hts and remembers it."""

    def __init__(self, ready: ReadySite, heartbeat_s: float = 30.0) -> None:
        self._ready, self._heartbeat_s = ready, heartbeat_s
        self.made: list[Cable] = []

    def __call__(self, clock: Callable[[], int]) -> SelfDriven:
        site = self._ready.site
        settings = Settings(3, 0.1, 10.0, self._heartbeat_s)
        made = SelfDriven(
            Plc(site.topology.twins["hts"], settings), *live_points(site, "hts"), clock
        )
        self.made.append(made)
        return made

    def by_twin(self) -> Mapping[str, Callable[[Callable[[], int]], SelfDriven]]:
        return {"hts": self}
