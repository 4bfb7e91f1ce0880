"""A plant that is the model, watched through sensors of choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models import Linearise, Model, NativePlant, assemble
from rami.asset.live import Observation
from rami.asset.topology import TwinTopology
from rami.core.points import Point, PointIndex
from rami.core.quality import Qualities, good
from rami.core.timegrid import NS
from rami.functional.estimation import Estimate, StateEstimator
from rami.integration.fidelity_settings import Fidelity

Vector = NDArray[np.float64]


def seen(values: Vector, seconds: float, quality: Qualities | None = None) -> Observation:
    """An observation of good values, all told at `seconds`."""
    times = np.full(len(values), round(seconds * NS), np.int64)
    return Observation(values, good(len(values)) if quality is None else quality, times)


@dataclass
class Case:
    """A plant, an estimator that knows only the outputs that `measures` takes."""

    topology: TwinTopology
    measures: Callable[[Point], bool] = lambda point: True
    settings: Fidelity = field(default_factory=Fidelity)

    def __post_init__(self) -> None:
        self.model: Model = assemble(self.topology)
        self.linearise = Linearise(self.model)
        self.plant, self.seconds = NativePlant(self.model), 0.0
        self.measured = PointIndex(p for p in self.plant.outputs.points if self.measures(p))
        self._places = self.plant.outputs.places(self.measured.names)
        self.estimator = self.another()

    def another(self) -> StateEstimator:
        """A fresh estimator of the same plant."""
        return StateEstimator(
            NativePlant(self.model), self.linearise, self.measured, self.settings, "bench", 60.0
        )

    def start(self, inputs: Vector) -> Estimate:
        """Start the estimator from what is seen now."""
        self.plant.write(inputs)
        return self.estimator.start(self.now(), inputs)

    def now(self) -> Observation:
        """What is seen now."""
        return seen(self.plant.read()[self._places], self.seconds)

    def move(self, inputs: Vector, seconds: float) -> Observation:
        """Let the plant run; what is seen after it."""
        self.plant.step(inputs, seconds)
        self.seconds += seconds
        return self.now()

    def step(self, inputs: Vector, seconds: float = 10.0) -> Estimate:
        """Let the plant run and the estimator follow."""
        return self.estimator.update(inputs, self.move(inputs, seconds), seconds)

    @property
    def errors(self) -> dict[str, float]:
        """Estimated less true, by state."""
        off = self.estimator.state() - self.plant.state()
        return dict(zip(self.estimator.state_points.names, off.tolist(), strict=True))
