"""Keeps a circuit's flow line at its temperature when a storage adds other water to it.

A storage discharges at the temperature it has. The sources' outlets are shifted a little
against the deviation of the mixed line: down freely, up as far as their valves have reserve,
so that power, which comes first, is never lost to it.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.junction import Junction
from rami.asset.topology import TwinTopology
from rami.core.points import PointIndex
from rami.functional.technical.loop import local_network
from rami.functional.technical.process import Process
from rami.functional.technical.rules import settings
from rami.functional.technical.station_loops import StationLoops

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: most that an outlet is shifted, K
DOWN_MAX, UP_MAX = 8.0, 6.0
#: no upward shift from this valve opening on; full shift below the other
OPENING_NONE, OPENING_FULL = 0.75, 0.35
#: the outlet loops' answer counts as delay, s; openings are averaged over the other
OUTLET_DELAY_S, AVERAGE_S = 60.0, 200.0


class FlowLine:
    """PI (eq. 24) from a circuit's flow line to the outlets of its sources.

    `set_point` is the place of the flow temperature among the set-points, `outlets` are the
    places of the sources' outlet loops. Tuned from the line's content and the design flow.
    """

    def __init__(
        self,
        network: str,
        topology: TwinTopology,
        station: StationLoops,
        measured: PointIndex,
        period_s: float,
    ) -> None:
        names = [s.name for s in station.set_points]
        self.set_point = names.index(f"{network}.T_flow")
        self.outlets = [
            i for i, p in enumerate(station.loops) if p.set_point.name == names[self.set_point]
        ]
        powers = {station.loops[i].switch.name for i in self.outlets}
        self._valves = [
            i for i, p in enumerate(station.loops) if p.of_power and p.set_point.name in powers
        ]
        line = topology.line(network, "hot")
        self._line = measured[f"{line}.T"]
        flow = sum(
            exchanger.flow_cold
            for exchanger in topology.of(HeatExchanger).values()
            if local_network(topology, exchanger.secondary) == network
        )
        water = topology.component(line, Junction).water
        rule = settings(Process(1.0, OUTLET_DELAY_S, water / flow), period_s)
        self._kp, self._ki = rule.kp, rule.kp * period_s / rule.ti
        self._share = min(period_s / AVERAGE_S, 1.0)
        self._integral = self._opening = 0.0

    def shift(
        self, measured: Vector, set_points: Vector, opening: Vector, held: Mask | None = None
    ) -> float:
        """K by which the sources' outlets are to differ from the wanted flow temperature.

        Where somebody else drives all of the outlets' loops (`held`), the integrator rests.
        """
        valves = self._valves
        if not any(set_points[i] > 0.0 for i in valves):
            self._integral = self._opening = 0.0
            return 0.0
        self._opening += self._share * (max(float(opening[i]) for i in valves) - self._opening)
        most = self._most()
        error = float(set_points[self.set_point]) - float(measured[self._line])
        raw = self._kp * error + self._integral
        shift = min(max(raw, -DOWN_MAX), most)
        if held is None or not held[self.outlets].all():
            self._integral += self._ki * error + 0.1 * (shift - raw)
        return shift

    def track(self, found: Mask, values: Vector, measured: Vector) -> None:
        """Where the set-point was `found` from the outlets that others led there (in `values`):
        what has to be wanted of the line for `shift` to lead them to the same."""
        if found[self.set_point]:
            outlet, line = float(values[self.set_point]), float(measured[self._line])
            wanted = (outlet - self._integral + self._kp * line) / (1.0 + self._kp)
            shift = min(max(outlet - wanted, -DOWN_MAX), self._most())
            values[self.set_point] = outlet - shift

    def _most(self) -> float:
        """Largest shift upwards, K."""
        reserve = (OPENING_NONE - self._opening) / (OPENING_NONE - OPENING_FULL)
        return UP_MAX * min(max(reserve, 0.0), 1.0)

    def save(self) -> bytes:
        """The whole state."""
        return struct.pack("<2d", self._integral, self._opening)

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        self._integral, self._opening = struct.unpack("<2d", state)
