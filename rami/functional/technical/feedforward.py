"""Feedforward of all loops of a station from measured temperatures, compiled to one gather.

m = P / (c (T_hot - T_cold)) for what goes through a flow, P / P_max for what is set directly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rami.asset.water import HEAT_CAPACITY
from rami.core.points import PointIndex
from rami.functional.technical.station_loops import StationLoops

Vector = NDArray[np.float64]

_Y, _SET, _CARRIED, _HOT, _COLD, _CEILING, _SWITCH, _ROWS = range(8)


class Feedforward:
    """One vector of everything a step reads, and the loops' places in it.

    The vector `z` holds the measured points, the set-points, those shifted, the power loops'
    commands, the commands with the PID's last correction (for the partner of a power loop), and
    0, 1, inf. `command` and `corrected` are views of it that the controller fills before `step`.
    """

    def __init__(self, station: StationLoops, measured: PointIndex) -> None:
        self.loops = station.loops
        n, k, p = len(measured), len(station.set_points), station.powers
        count = len(self.loops)
        self.z = np.zeros(n + 2 * k + 2 * p + 3)
        self.measured = self.z[:n]
        self.set_points = self.z[n : n + k]
        self._shifted = self.z[n + k : n + 2 * k]
        first, zero = n + 2 * k, n + 2 * k + 2 * p
        self.command = self.z[first : first + p]
        self.corrected = self.z[first + p : zero]
        self._shift = np.zeros(k)
        self.z[zero:] = 0.0, 1.0, np.inf
        self.powers = p
        self._places = self._compile(station, measured, n, zero)
        loops = self.loops
        flows = np.array([loop.hot is not None or loop.cold is not None for loop in loops])
        full = np.array([loop.full for loop in loops])
        self.per_difference = 1.0 / np.where(flows, HEAT_CAPACITY * full, full)
        self.floor = np.array(
            [loop.floor if f else 0.0 for loop, f in zip(loops, flows, strict=True)]
        )
        #: +1 where the set-point is the hot end, -1 where it is the cold end
        temperature = loops[p:]
        self._sign = np.array([1.0 if loop.hot is None else -1.0 for loop in temperature])
        self._margin = np.array([loop.margin for loop in temperature])
        # how the opening answers to one unit of correction, over the temperature difference:
        # a power's own flow per kW; a temperature loop's flow, down or up with its set-point
        self._gain = self.per_difference.copy()
        self._flow_gain = np.zeros(count)
        self._flow_gain[p:] = -self._sign
        self._gain[p:] = 0.0
        table = np.empty((_ROWS, count))
        self._table = table
        #: per loop: measured value, set-point after limits, the power that turns it on
        self.controlled: Vector = table[_Y]
        self.set_point: Vector = table[_SET]
        self.switch: Vector = table[_SWITCH]
        self.difference, self.share = np.empty(count), np.empty(count)
        self.scale, self.wanted = np.empty(count), np.empty(count)
        self._limit = np.empty(count - p)
        self.share_min = np.array([loop.share_min for loop in loops])
        self._base, self._raised = np.empty(count), np.zeros(count)

    def _compile(
        self, station: StationLoops, measured: PointIndex, n: int, zero: int
    ) -> NDArray[np.intp]:
        names = [s.name for s in station.set_points]
        power_of = {loop.switch.name: i for i, loop in enumerate(station.loops[: self.powers])}
        shifted, commands = n + len(names), n + 2 * len(names)
        rows: list[Sequence[int]] = []
        for i, loop in enumerate(self.loops):
            own = power_of[loop.switch.name]
            if loop.carried is not None:
                carried = measured[loop.carried]
            else:
                carried = commands + own + (0 if loop.of_power else self.powers)
            direct = loop.hot is None and loop.cold is None
            rows.append(
                [
                    measured[loop.controlled],
                    commands + i if loop.of_power else shifted + names.index(loop.set_point.name),
                    carried,
                    measured[loop.hot] if loop.hot else zero + (1 if direct else 0),
                    measured[loop.cold] if loop.cold else zero,
                    measured[loop.ceiling] if loop.ceiling else zero + 2,
                    n + names.index(loop.switch.name),
                ]
            )
        return np.array(rows, np.intp).reshape(-1, _ROWS).T.copy()

    def shift(self, set_point: int, loops: Sequence[int], kelvin: float) -> None:
        """Shift a set-point for the loops that follow it."""
        self._shift[set_point] = kelvin
        for i in loops:
            self._raised[i] = max(kelvin, 0.0)

    def save(self) -> bytes:
        """What was read last, and the shifts."""
        return np.concatenate([self.z, self._shift, self._raised]).tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        numbers = np.frombuffer(state)
        self.z[:], rest = numbers[: len(self.z)], numbers[len(self.z) :]
        self._shift[:], self._raised[:] = rest[: len(self._shift)], rest[len(self._shift) :]

    def step(self) -> None:
        """Fill `share` (opening by feedforward), `scale`, `difference` and what the views show."""
        table, p = self._table, self.powers
        np.add(self.set_points, self._shift, out=self._shifted)
        self.z.take(self._places, out=table, mode="clip")
        set_point = table[_SET, p:]
        # what is wanted from a source does not count what it is asked for others' sake
        np.subtract(table[_SET], self._raised, out=self.wanted)
        # a temperature stays below the water that arrives
        limit = np.subtract(table[_CEILING, p:], self._margin, out=self._limit)
        np.minimum(set_point, limit, out=set_point)
        difference = np.subtract(table[_HOT], table[_COLD], out=self.difference)
        flows = difference[p:]
        flows += self._sign * set_point
        np.maximum(difference, self.floor, out=difference)
        share = np.multiply(table[_CARRIED], self.per_difference, out=self.share)
        share /= difference
        base = np.maximum(share, self.share_min, out=self._base)
        scale = np.multiply(base, self._flow_gain, out=self.scale)
        scale += self._gain
        scale /= difference
