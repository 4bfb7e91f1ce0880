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


def shown_points(switch: TwinSwitch) -> PointIndex:
    """The points in the order of `seen`."""
    acting = [p for p in switch.inputs.points if p.direction is not Direction.ACTUATED]
    return PointIndex([*switch.outputs.points, *acting, *switch.edge.inputs.points])


def seen(switch: TwinSwitch) -> Observation:
    """After the last step: the plant's quality and times where the plant tells, else simulated;
    uncertain where the model stands in for a plant's value, bad where it has failed."""
    acting = np.setdiff1d(np.arange(len(switch.inputs)), switch.actuated)
    values = np.concatenate([switch.told, switch.u[acting], switch.positions()])
    marks = good(len(values), Reason.SIMULATED)
    times = np.full(len(values), switch.clock(), np.int64)
    if switch.backend == PLANT and switch.plant is not None:
        _mark(switch, switch.plant, marks, times)
    elif switch.model_failed:
        marks[: len(switch.outputs)] = _FAILED
    return Observation(values, marks, times)


def _mark(switch: TwinSwitch, plant: PlantSide, marks: Qualities, times: NDArray[np.int64]) -> None:
    names = shown_points(switch)
    marks[: len(switch.outputs)][~np.isfinite(plant.values)] = _STANDS_IN
    for index, observed in (
        (plant.watched.outputs, plant.seen),
        (plant.watched.inputs, plant.read_back),
    ):
        known = [n for n in index.names if n in names]
        at, own = names.places(known), index.places(known)
        told = observed.times_ns[own] > 0
        marks[at[told]] = observed.quality[own][told]
        times[at[told]] = observed.times_ns[own][told]
