"""What plant and model both tell: which values can be used, and how far each may be off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Vector
from rami.asset.live import Observation
from rami.core.points import PointIndex
from rami.core.quality import is_bad, is_good
from rami.core.timegrid import NS
from rami.functional.estimation.noise import Bounds, variances
from rami.integration.fidelity_settings import Fidelity
from rami.integration.tolerance import judged, tolerances_of

Matrix = NDArray[np.float64]

#: variance of an uncertain value as a multiple of a good one's
_UNCERTAIN = 9.0


class Compared:
    """Points of the model's `outputs` that are `measured` too, registers left out, in `points`.

    `told` are their places in the model's outputs. Values that are Bad, not finite or older than
    `stale_s` (none: whatever their age, as their quality tells) are not usable; Uncertain ones
    count less.
    """

    def __init__(
        self, outputs: PointIndex, measured: PointIndex, settings: Fidelity, stale_s: float | None
    ) -> None:
        self.points = PointIndex(judged(p for p in outputs.points if p.name in measured))
        self.told = outputs.places(self.points.names)
        self._from = measured.places(self.points.names)
        self._stale_ns = None if stale_s is None else round(stale_s * NS)
        tolerances = tolerances_of(self.points.points, settings)
        self.fidelity, self._noise = Bounds.of(tolerances.fidelity), Bounds.of(tolerances.noise)

    def usable(self, observation: Observation, now_ns: int | None) -> tuple[Vector, Vector]:
        """Values, NaN where unusable, and the factor of each one's variance."""
        quality = observation.quality[self._from]
        left_out = is_bad(quality)
        if self._stale_ns is not None:
            now = int(observation.times_ns.max(initial=0)) if now_ns is None else now_ns
            left_out |= now - observation.times_ns[self._from] > self._stale_ns
        values = np.where(left_out, np.nan, observation.values[self._from])
        values[~np.isfinite(values)] = np.nan
        return values, np.where(is_good(quality), 1.0, _UNCERTAIN)

    def states_told(
        self, values: Vector, states: PointIndex, scale: Vector
    ) -> dict[str, tuple[float, float]]:
        """States that are measured themselves: value, and deviation in units of `scale`."""
        noise = self._noise.at(values)
        return {
            name: (float(values[i]), float(noise[i] / scale[states[name]]))
            for i, name in enumerate(self.points.names)
            if name in states and np.isfinite(values[i])
        }

    def variance(self, c: Matrix, d: Matrix, values: Vector, factor: Vector) -> Vector:
        """Variance of each value; `c` and `d` are the model's rows of these points."""
        noise, fidelity = self._noise.at(values), self.fidelity.at(values)
        return variances(c, d, noise, fidelity) * factor
