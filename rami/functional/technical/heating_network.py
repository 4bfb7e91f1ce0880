"""Base automation of one heating network: required heat, merit order, pumps."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from rami.asset.topology import TwinTopology
from rami.asset.water import HEAT_CAPACITY
from rami.functional.technical.allocation import allocate
from rami.functional.technical.converter import Converter
from rami.functional.technical.network_balance import NetworkBalance

#: where somebody else holds each of the actuators, None where it is free
Held = Sequence[float | None]
#: an engine stops before its time when the flow line is this much too hot, K
TRIP_K = 5.0
#: converters stay this far below their largest outlet temperature, K
OUTLET_RESERVE = 8.0
#: smallest flow of a running converter's pump, as a share of its full flow
PUMP_MIN = 0.1
#: integral time of the trim that a pump's aim gets from its outlet, s; its bound, K
TRIM_S, TRIM_MAX = 400.0, 5.0
_PER_CONVERTER = 3  # heat, inlet and outlet temperature


class HeatingNetwork:
    """Converters of one network in merit order.

    `points` are what it reads, `actuators` what it writes: per converter its load, the
    running engines where it has some, its pump where it has one.
    """

    def __init__(
        self,
        topology: TwinTopology,
        network: str,
        converters: Sequence[Converter],
        period_s: float,
    ) -> None:
        self.converters = tuple(converters)
        slowest = min((c.ramp for c in converters if c.pump is None), default=60.0)
        # the peak generator answers first: its lag and the passage through its water
        design = max((c.power for c in converters), default=1.0)
        water = max((c.water for c in converters if c.pump is None), default=0.0)
        spread = abs(topology.networks[network].flow - topology.networks[network].return_)
        delay = slowest + water * HEAT_CAPACITY * spread / design
        self.balance = NetworkBalance(
            topology, network, [c.name for c in converters], delay, period_s
        )
        self._first = len(self.balance.points)
        self.points = (
            *self.balance.points,
            *(f"{c.name}.{q}" for c in converters for q in ("P_th", "T_in", "T_out")),
        )
        self.actuators = tuple(
            point for c in converters for point in (c.load, c.engines, c.pump) if point
        )
        count = len(self.converters)
        self.running = [c.units if c.engines is None else 0 for c in self.converters]
        self.order = list(range(count))
        self.trim = [0.0] * count
        self._trim_step = min(period_s / TRIM_S, 0.5)
        self._half = [exp(-0.5 * period_s / max(c.ramp, 1e-3)) for c in self.converters]

    def commit(self, costs: Sequence[float], engines_on: Sequence[float]) -> None:
        """Merit order and running engines for the next quarter of an hour."""
        self.order = sorted(range(len(self.converters)), key=lambda i: (costs[i], i))
        for i, c in enumerate(self.converters):
            if c.engines is not None:
                self.running[i] = min(max(round(engines_on[i]), 0), c.units)

    def step(self, v: Sequence[float], expected: float, held: Held | None = None) -> list[float]:
        """Values of `actuators`; `v` holds `points`, `expected` the exchanges' heat (kW).

        What the converters give that somebody else drives (`held`) is taken as it is.
        """
        balance, first = self.balance, self._first
        others = self._follow(held) if held is not None else ()
        required = balance.required(v, expected)
        if v[0] > balance.set_point + TRIP_K:
            self._stop_one(required)
        low, high = [], []
        left = balance.flow
        for i, c in enumerate(self.converters):
            units = self.running[i]
            most = units * c.unit_power
            if c.pump is None:
                # never more than the water that passes can take away
                place = first + i * _PER_CONVERTER
                room = c.outlet_max - OUTLET_RESERVE - v[place + 1]
                most = min(most, HEAT_CAPACITY * left * max(room, 0.0))
            low.append(c.part_load_min * units * c.unit_power if c.engines else 0.0)
            high.append(max(most, low[i]))
            if i in others:
                low[i] = high[i] = max(v[first + i * _PER_CONVERTER], 0.0)
        given = sum(low)
        if self.converters and len(others) == len(self.converters):
            balance.follow(given)
        else:
            given = balance.settle(given, sum(high))
        heat = allocate(given, low, high, self.order)
        values: list[float] = []
        for i, c in enumerate(self.converters):
            units = self.running[i]
            share = heat[i] / (units * c.unit_power) if units else 0.0
            if c.engines is None:
                values.append(share if share >= c.part_load_min else _least(share, c))
            else:
                values += (share, float(units))
            if c.pump is not None:
                values.append(0.0 if i in others else self._pump(i, c, heat[i], v, left))
        return values

    def _follow(self, held: Held) -> list[int]:
        """Converters whose load somebody else sets; their engines run as they are found."""
        positions = dict(zip(self.actuators, held, strict=True))
        others = []
        for i, c in enumerate(self.converters):
            if positions[c.load] is not None:
                others.append(i)
            engines = positions[c.engines] if c.engines else None
            if engines is not None:
                self.running[i] = min(max(round(engines), 0), c.units)
        return others

    def landed(self, missing: Sequence[float]) -> None:
        """What of `actuators` was written beyond the last `step`'s values."""
        places = {point: k for k, point in enumerate(self.actuators)}
        self.balance.landed(
            sum(
                missing[places[c.load]] * self.running[i] * c.unit_power
                for i, c in enumerate(self.converters)
            )
        )

    def _stop_one(self, required: float) -> None:
        """Stop the dearest running engine of a network that is too hot, until the next commit."""
        for i in reversed(self.order):
            c = self.converters[i]
            if c.engines is not None and self.running[i] > 0:
                if required < c.part_load_min * c.unit_power * self.running[i]:
                    self.running[i] -= 1
                return

    def _pump(self, i: int, c: Converter, heat: float, v: Sequence[float], most: float) -> float:
        """Opening of a converter's pump that brings its outlet to the flow temperature."""
        place = self._first + i * _PER_CONVERTER
        now, t_in, t_out = v[place : place + _PER_CONVERTER]
        if not self.running[i] or heat <= 0.0:
            self.trim[i] = 0.0
            return 0.0
        coming = heat + (now - heat) * self._half[i]
        aim = self.balance.set_point
        lift = max(aim + self.trim[i] - t_in, 0.3 * self.balance.spread)
        flow = max(coming, 0.0) / (HEAT_CAPACITY * lift)
        if flow <= most:
            moved = self.trim[i] + self._trim_step * (aim - t_out)
            self.trim[i] = min(max(moved, -TRIM_MAX), TRIM_MAX)
        opening: float = min(flow, most) / c.pump_full
        return min(max(opening, PUMP_MIN), 1.0)

    def save(self) -> list[float]:
        """State as numbers."""
        return [
            *self.balance.save(),
            *self.trim,
            *map(float, self.running),
            *map(float, self.order),
        ]

    def restore(self, state: Sequence[float]) -> None:
        """Go back to a saved state."""
        n = len(self.converters)
        self.balance.restore(state[: -3 * n] if n else state)
        rest = state[len(state) - 3 * n :]
        self.trim = list(rest[:n])
        self.running = [int(x) for x in rest[n : 2 * n]]
        self.order = [int(x) for x in rest[2 * n :]]


def _least(share: float, c: Converter) -> float:
    """A load under the minimum: at the minimum, or off below half of it."""
    return c.part_load_min if share > 0.5 * c.part_load_min else 0.0
