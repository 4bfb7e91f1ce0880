"""Energy that ramps and lags left out, and its delivery."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.points import PointIndex
from rami.functional.technical.set_points import SetPoints
from rami.functional.technical.station_loops import StationLoops

Vector = NDArray[np.float64]

#: what is owed is delivered within about this time, s
CATCH_UP_S = 600.0
#: most that it may change a power, as a share of the design power
CATCH_UP_SHARE = 0.15


class OwedEnergy:
    """Per power loop the energy (kW s) that the present schedule still has to get."""

    def __init__(self, station: StationLoops, measured: PointIndex, period_s: float) -> None:
        loops = station.loops[: station.powers]
        self._period_s, self._powers = period_s, station.powers
        self._places = measured.places([loop.controlled for loop in loops])
        self._most = CATCH_UP_S * CATCH_UP_SHARE * np.array([p.switch.design for p in loops])
        self._least = -self._most
        self._owed, self._new = np.zeros(len(loops)), np.empty(len(loops))
        self._before = np.zeros(len(loops))

    def add_to(self, command: Vector) -> None:
        """Raise or lower commands (kW) by what is owed."""
        command += np.multiply(self._owed, 1.0 / CATCH_UP_S, out=self._new)

    def count(
        self, measured: Vector, target: Vector, set_points: SetPoints, opening: Vector, on: Vector
    ) -> None:
        """Add what was scheduled in this period, with its trim but without its ramp, less what
        was measured. Nothing adds up while a loop gives all it can; off forgets."""
        p, owed = self._powers, self._owed
        self._before[:] = owed
        new = measured.take(self._places, out=self._new, mode="clip")
        np.subtract(target, new, out=new)
        new += set_points.scheduled[:p]
        new -= set_points.value[:p]
        new *= self._period_s
        new *= opening[:p] < 1.0
        owed += new
        np.minimum(owed, self._most, out=owed)
        np.maximum(owed, self._least, out=owed)
        owed *= on[:p]

    def landed(self, limited: NDArray[np.bool_]) -> None:
        """Loops that were limited in the last period by others give all they can, too."""
        np.copyto(self._owed, self._before, where=limited[: self._powers])

    def save(self) -> bytes:
        """The whole state."""
        return self._owed.tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        self._owed[:] = np.frombuffer(state)
