"""Heat that a station is going to exchange with other twins, for their feedforward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.asset.heat_pump import HeatPump
from rami.asset.topology import TwinTopology
from rami.core.points import PointIndex
from rami.functional.technical.station_loops import StationLoops

Vector = NDArray[np.float64]


class BorderHeat:
    """Where to read what crosses: an exchanger's power, a heat pump's cold side."""

    def __init__(self, topology: TwinTopology, station: StationLoops, measured: PointIndex) -> None:
        powers = station.loops[: station.powers]
        pumps = topology.of(HeatPump)
        self._components = [loop.set_point.name.rpartition(".")[0] for loop in powers]
        named = zip(self._components, powers, strict=True)
        self._exchanged = measured.places(
            [f"{n}.P_cold" if n in pumps else loop.controlled for n, loop in named]
        )
        self._heat_pumps = [
            (i, measured[f"{n}.COP"]) for i, n in enumerate(self._components) if n in pumps
        ]

    def expected(self, measured: Vector, change: Vector) -> dict[str, float]:
        """What is measured (kW), changed by what the power set-points are going to change."""
        changes, now = change.tolist(), measured[self._exchanged].tolist()
        for i, cop in self._heat_pumps:
            changes[i] *= max(float(measured[cop]) - 1.0, 0.0)
        return {n: a + b for n, a, b in zip(self._components, now, changes, strict=True)}
