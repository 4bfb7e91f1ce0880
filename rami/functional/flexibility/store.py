"""A store that an actuator fills, as its owner describes it: levels, modes, leakage, switching.

The terms are those of fill rate based control (EN 50491-12-2): within a range of fill levels a
mode fills at a rate and takes a power, both linear in a factor from 0 to 1. The level's unit is
the owner's: K, kWh, per cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np

from rami.core.frame import Values


@dataclass(frozen=True)
class Element:
    """Of a mode, between two fill levels: fill rate (level/s), power (kW), cost (EUR/s) at
    factor 0 and at factor 1."""

    low: float
    high: float
    rate: tuple[float, float]
    power: tuple[float, float]
    cost: tuple[float, float] = (0.0, 0.0)

    @property
    def steady(self) -> bool:
        """Whether the factor changes nothing."""
        return all(a == b for a, b in (self.rate, self.power, self.cost))


@dataclass(frozen=True)
class Mode:
    """A way to run; `elements` follow each other in fill level."""

    name: str
    elements: tuple[Element, ...]

    @property
    def steady(self) -> bool:
        """Whether the factor changes nothing."""
        return all(e.steady for e in self.elements)

    def values(self, level: Values, factor: float) -> tuple[Values, Values, Values, Values]:
        """Rate (level/s), power (kW), cost (EUR/s), and whether it may run, at fill levels."""
        rate, power, cost = (np.zeros_like(level) for _ in range(3))
        runs = np.zeros(level.shape, bool)
        for e in self.elements:
            here = (level >= e.low) & (level <= e.high)
            rate[here] = e.rate[0] + factor * (e.rate[1] - e.rate[0])
            power[here] = e.power[0] + factor * (e.power[1] - e.power[0])
            cost[here] = e.cost[0] + factor * (e.cost[1] - e.cost[0])
            runs |= here
        return rate, power, cost, runs


@dataclass(frozen=True)
class Switch:
    """From one mode to another: what it costs (EUR), and for how long the mode then stays (s)."""

    cost: float = 0.0
    hold_s: float = 0.0


@dataclass(frozen=True)
class Store:
    """A store between `low` and `high`; `leakage` is (from level, to level, level/s).

    `switches` are those that are allowed, by (from, to).
    """

    low: float
    high: float
    modes: tuple[Mode, ...]
    leakage: tuple[tuple[float, float, float], ...] = ()
    switches: dict[tuple[str, str], Switch] = field(default_factory=dict)

    def leak(self, level: Values) -> Values:
        """How fast it empties by itself, level/s."""
        lost = np.zeros_like(level)
        for low, high, rate in self.leakage:
            lost[(level >= low) & (level <= high)] = rate
        return lost

    def kwh_per_level(self) -> float:
        """Heat that fills it by one unit, from modes that fill and take power; 0 if none does."""
        found = [
            abs(e.power[k] / e.rate[k]) / 3600
            for m in self.modes
            for e in m.elements
            for k in (0, 1)
            if e.rate[k] and e.power[k]
        ]
        return float(np.median(found)) if found else 0.0

    def most(self) -> float:
        """Largest power, kW."""
        return max((abs(p) for m in self.modes for e in m.elements for p in e.power), default=0.0)

    def may(self, before: str, after: str, step_s: float = inf) -> bool:
        """Whether one mode may follow another in steps of this length."""
        if before == after:
            return True
        switch = self.switches.get((before, after))
        return switch is not None and switch.hold_s <= step_s

    def names(self) -> Sequence[str]:
        """Of modes."""
        return [m.name for m in self.modes]
