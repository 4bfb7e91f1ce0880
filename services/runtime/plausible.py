"""What no plant of water networks can tell, whatever its quality says: such values are Bad."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rami.asset.live import Observation
from rami.core.points import PointIndex
from rami.core.quality import Family, Reason, quality

#: by quantity, in canonical units: far beyond every plant, and what models can still bear
_MOST = {
    "temperature": (-60.0, 300.0),
    "mass_flow": (-1e5, 1e5),
    "power": (-1e7, 1e7),
    "energy": (-1e13, 1e13),
}
_ELSE = (-1e15, 1e15)
_BAD = np.uint32(quality(Family.BAD, Reason.RANGE))


class Plausible:
    """Marks implausible values of `points` Bad: a word decoded wrongly, a sensor that is cut."""

    def __init__(self, points: PointIndex) -> None:
        bounds = np.array([_MOST.get(p.quantity, _ELSE) for p in points.points]).reshape(-1, 2)
        self._low, self._high = bounds.T

    def marked(self, seen: Observation) -> Observation:
        """The same where nothing is wrong; NaN is left as it is marked."""
        wrong = (seen.values < self._low) | (seen.values > self._high)
        if not wrong.any():
            return seen
        return replace(seen, quality=np.where(wrong, seen.quality | _BAD, seen.quality))
