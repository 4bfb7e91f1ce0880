"""Keeps a storage's content on the schedule by a slow trim on the strongest source's power."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from rami.core.points import PointIndex
from rami.functional.technical.heat_storage import ContentTrim
from rami.functional.technical.station_loops import StationLoops

Vector = NDArray[np.float64]


class ContentControl:
    """Proportional trim of one source's power on the deviation of a storage's content."""

    def __init__(self, trim: ContentTrim, station: StationLoops, measured: PointIndex) -> None:
        self.trim = trim
        self._content = measured[trim.content]
        names = [loop.set_point.name for loop in station.loops[: station.powers]]
        self._sources = [names.index(s) for s in station.sources]
        self._chosen = -1
        self._from = self._to = float("nan")
        self._elapsed, self._length = 0.0, 1.0

    def aim(self, end: float, length_s: float, powers: Vector) -> None:
        """Content wanted at the end of the step that starts now; the source that is trimmed."""
        self._from = self._to
        self._to = end
        self._elapsed, self._length = 0.0, length_s
        strongest = max(self._sources, key=lambda i: float(powers[i]), default=-1)
        self._chosen = strongest if strongest >= 0 and powers[strongest] > 0.0 else -1

    def apply(self, measured: Vector, target: Vector, period_s: float) -> None:
        """Change the strongest source's entry of `target`, kW."""
        content = float(measured[self._content])
        if self._from != self._from:  # nothing was scheduled before: start from what is there
            self._from = content
        self._elapsed = min(self._elapsed + period_s, self._length)
        if self._chosen < 0:
            return
        wanted = self._from + (self._to - self._from) * self._elapsed / self._length
        power = float(target[self._chosen])
        most = self.trim.share * power
        target[self._chosen] = power + min(max((wanted - content) / self.trim.hours, -most), most)

    def save(self) -> bytes:
        """The whole state."""
        return struct.pack("<q4d", self._chosen, self._from, self._to, self._elapsed, self._length)

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        self._chosen, self._from, self._to, self._elapsed, self._length = struct.unpack(
            "<q4d", state
        )
