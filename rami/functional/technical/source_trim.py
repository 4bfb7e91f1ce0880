"""Keeps the heat of a circuit where it should be by a trim on the strongest source's power."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rami.asset.junction import Junction
from rami.asset.topology import TwinTopology
from rami.asset.water import HEAT_CAPACITY
from rami.core.points import PointIndex
from rami.functional.technical.station_loops import StationLoops
from rami.functional.technical.trim import Trim

Vector = NDArray[np.float64]
#: a return line that is too warm does not count once the flow line is this much too cold, K
COLD_FLOW_K = 2.0


class SourceTrim:
    """One trim at work, on the power of the strongest of the station's sources."""

    def __init__(
        self, trim: Trim, topology: TwinTopology, station: StationLoops, measured: PointIndex
    ) -> None:
        self.trim = trim
        names = [s.name for s in station.set_points]
        self._sources = [names.index(s) for s in station.sources]
        flow = f"{trim.network}.T_flow"
        self._flow = names.index(flow) if flow in names else -1
        self._chosen = -1
        self._from = self._to = float("nan")
        self._elapsed, self._length = 0.0, 1.0
        self._change = 0.0
        self.lacking: Callable[[Vector, Vector], float]
        if trim.content is not None:
            self._content = measured[trim.content]
            self.lacking = self._content_lacking
        else:
            flow, back = topology.line(trim.network, "hot"), topology.line(trim.network, "cold")
            self._lines = measured.places([f"{flow}.T", f"{back}.T"]).tolist()
            self._capacity = [
                topology.component(line, Junction).water * HEAT_CAPACITY / 3600.0
                for line in (flow, back)
            ]
            self._cold = topology.networks[trim.network].cold
            self.lacking = self._lines_lacking

    def aim(self, end: float | None, length_s: float, powers: Vector) -> None:
        """A schedule step starts: content wanted at its end, powers of all loops."""
        self._from = self._to
        self._to = float("nan") if end is None else end
        self._elapsed, self._length = 0.0, length_s
        strongest = max(self._sources, key=lambda i: float(powers[i]), default=-1)
        self._chosen = strongest if strongest >= 0 and powers[strongest] > 0.0 else -1

    def _content_lacking(self, measured: Vector, set_points: Vector) -> float:
        content = float(measured[self._content])
        if self._from != self._from:  # nothing was scheduled before: start from what is there
            self._from = content
        wanted: float = self._from + (self._to - self._from) * self._elapsed / self._length
        return wanted - content

    def _lines_lacking(self, measured: Vector, set_points: Vector) -> float:
        """The flow line first: with too little heat it cools down while the return warms up."""
        hot, cold = self._lines
        at_hot, at_cold = self._capacity
        missing = max(float(set_points[self._flow]) - float(measured[hot]), 0.0)
        surplus = max(float(measured[cold]) - self._cold, 0.0)
        warm = max(1.0 - missing / COLD_FLOW_K, 0.0)
        return at_hot * missing - at_cold * surplus * warm

    def apply(
        self, measured: Vector, set_points: Vector, target: Vector, period_s: float, hold: bool
    ) -> None:
        """Change the strongest source's entry of `target` (kW); `hold` keeps the last change."""
        self._elapsed = min(self._elapsed + period_s, self._length)
        if self._chosen < 0:
            return
        power = float(target[self._chosen])
        if not hold:
            most = self.trim.share * power
            self._change = min(
                max(self.lacking(measured, set_points) / self.trim.hours, -most), most
            )
        target[self._chosen] = power + self._change

    def save(self) -> bytes:
        """The whole state."""
        numbers = (self._from, self._to, self._elapsed, self._length, self._change)
        return struct.pack("<q5d", self._chosen, *numbers)

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        (
            self._chosen,
            self._from,
            self._to,
            self._elapsed,
            self._length,
            self._change,
        ) = struct.unpack("<q5d", state)
