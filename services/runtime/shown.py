"""A twin's points as they are shown: outputs, what acts on it, actuators; quality and time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Observation
from rami.core.points import Direction, PointIndex
from rami.core.quality import Family, Qualities, Reason, good, quality
from services.runtime.plant_side import PlantSide
from services.runtime.twin_switch import PLANT, TwinSwitch

_STANDS_IN = np.uint32(quality(Family.UNCERTAIN, Reason.SIMULATED | Reason.FILLED))
_FAILED = np.uint32(quality(Family.BAD, Reason.SIMULATED | Reason.STALE))
Places = NDArray[np.intp]


class Shown:
    """Of one twin; names are looked up once. `points` are in the order of `seen`."""

    def __init__(self, switch: TwinSwitch) -> None:
        acting = [p for p in switch.inputs.points if p.direction is not Direction.ACTUATED]
        self.points = PointIndex(
            [*switch.outputs.points, *acting, *switch.edge.inputs.points],
        )
        self._switch = switch
        self._acting = np.setdiff1d(np.arange(len(switch.inputs)), switch.actuated)
        watched = switch.plant.watched if switch.plant is not None else None
        indices = (watched.outputs, watched.inputs) if watched is not None else ()
        #: of what the plant tells: places here, and places there
        self._told: list[tuple[Places, Places]] = []
        for index in indices:
            known = [n for n in index.names if n in self.points]
            self._told.append((self.points.places(known), index.places(known)))

    def seen(self) -> Observation:
        """After the last step: the plant's quality and times where the plant tells, else simulated;
        uncertain where the model stands in for a plant's value, bad where it has failed."""
        switch = self._switch
        values = np.concatenate([switch.told, switch.u[self._acting], switch.positions()])
        marks = good(len(values), Reason.SIMULATED)
        times = np.full(len(values), switch.clock(), np.int64)
        if switch.backend == PLANT and switch.plant is not None:
            self._mark(switch.plant, marks, times)
        elif switch.model_failed:
            marks[: len(switch.outputs)] = _FAILED
        return Observation(values, marks, times)

    def _mark(self, plant: PlantSide, marks: Qualities, times: NDArray[np.int64]) -> None:
        marks[: len(plant.values)][~np.isfinite(plant.values)] = _STANDS_IN
        for (at, own), observed in zip(self._told, (plant.seen, plant.read_back), strict=True):
            told = observed.times_ns[own] > 0
            marks[at[told]] = observed.quality[own][told]
            times[at[told]] = observed.times_ns[own][told]
