"""Relations: signals that must fit together, and by how much they may miss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np

from rami.asset.water import HEAT_CAPACITY
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.information.quality.en1434 import flow_error, meter_error

Columns = Mapping[str, Values]


@runtime_checkable
class Relation(Protocol):
    """One equation between signals. `residual` and `tolerance` have shape (grid.count,) and the
    same `unit`; NaN where a member is not known. Both are compared as means over `window_s`."""

    @property
    def name(self) -> str:
        """What is compared, for people."""

    @property
    def members(self) -> tuple[str, ...]:
        """The signals whose fault would break it."""

    @property
    def needs(self) -> tuple[str, ...]:
        """All signals in it; a constant error of those that are no members does no harm."""

    @property
    def unit(self) -> str:
        """Of the residual."""

    @property
    def window_s(self) -> float:
        """Span over which the means are compared."""

    def residual(self, columns: Columns, grid: TimeGrid) -> Values:
        """How much is missing."""

    def tolerance(self, columns: Columns, grid: TimeGrid) -> Values:
        """How much may be missing."""


@dataclass(frozen=True)
class Meter:
    """Heat by a flow and two temperatures: c m (T_warm - T_cold), with the errors of EN 1434."""

    flow: str
    warm: str
    cold: str
    nominal: float
    accuracy_class: int = 2
    in_service: float = 2.0

    @property
    def members(self) -> tuple[str, ...]:
        """Its three signals."""
        return (self.flow, self.warm, self.cold)

    def heat(self, columns: Columns) -> Values:
        """In kW."""
        difference = columns[self.warm] - columns[self.cold]
        return np.asarray(HEAT_CAPACITY * columns[self.flow] * difference)

    def error(self, columns: Columns) -> Values:
        """Relative, of a meter in service."""
        difference = columns[self.warm] - columns[self.cold]
        flow = columns[self.flow]
        return self.in_service * meter_error(self.accuracy_class, flow, self.nominal, difference)


@dataclass(frozen=True)
class Carried:
    """A power against a heat meter, or two heat meters on both sides of an exchanger.

    `floor` (kW) is what the water within may take or give over the window.
    """

    name: str
    first: str | Meter
    second: Meter
    floor: float
    window_s: float
    unit: str = "kW"

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The power or the first meter's signals, and the second's."""
        first = (self.first,) if isinstance(self.first, str) else self.first.members
        return (*first, *self.second.members)

    @property
    def needs(self) -> tuple[str, ...]:
        """The members."""
        return self.members

    def residual(self, columns: Columns, grid: TimeGrid) -> Values:
        """First less second."""
        return np.asarray(self._first(columns) - self.second.heat(columns))

    def tolerance(self, columns: Columns, grid: TimeGrid) -> Values:
        """Permissible errors of both times the larger heat."""
        error = self.second.error(columns)
        if isinstance(self.first, Meter):
            error = error + self.first.error(columns)
        heat = np.maximum(np.abs(self._first(columns)), np.abs(self.second.heat(columns)))
        return np.asarray(error * heat + self.floor)

    def _first(self, columns: Columns) -> Values:
        return columns[self.first] if isinstance(self.first, str) else self.first.heat(columns)


@dataclass(frozen=True)
class Same:
    """Two signals of one thing: a flow through a pump and through what follows, one water's
    temperature. `floor` in their unit; `error` relative (0: temperatures)."""

    name: str
    first: str
    second: str
    floor: float
    unit: str
    window_s: float
    nominal: float = 0.0
    accuracy_class: int = 2
    in_service: float = 2.0

    @property
    def members(self) -> tuple[str, ...]:
        """Both."""
        return (self.first, self.second)

    @property
    def needs(self) -> tuple[str, ...]:
        """Both."""
        return self.members

    def residual(self, columns: Columns, grid: TimeGrid) -> Values:
        """First less second."""
        return np.asarray(columns[self.first] - columns[self.second])

    def tolerance(self, columns: Columns, grid: TimeGrid) -> Values:
        """Two flow sensors' errors, or the floor alone."""
        known = np.where(
            np.isfinite(columns[self.first] + columns[self.second]), self.floor, np.nan
        )
        if not self.nominal:
            return known
        larger = np.maximum(np.abs(columns[self.first]), np.abs(columns[self.second]))
        error = 2.0 * self.in_service * flow_error(self.accuracy_class, larger, self.nominal)
        return np.asarray(known + error * larger)


@dataclass(frozen=True)
class Balance:
    """Powers of a network with their signs (kW), and the water that stores the difference.

    `stored` maps temperatures to heat capacities in kJ/K; what they hold more at an interval's
    end than at its start follows from central differences of interval means.
    """

    name: str
    powers: Mapping[str, float]
    stored: Mapping[str, float]
    share: float
    floor: float
    window_s: float
    unit: str = "kW"

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The powers."""
        return tuple(self.powers)

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """Powers, then temperatures: an offset of those leaves the balance alone."""
        return (*self.powers, *self.stored)

    def residual(self, columns: Columns, grid: TimeGrid) -> Values:
        """Heat in less heat out less what is stored."""
        net = np.zeros(grid.count)
        for name, sign in self.powers.items():
            net += sign * columns[name]
        for name, capacity in self.stored.items():
            net -= capacity * _slope(columns[name], grid.step_s)
        return net

    def tolerance(self, columns: Columns, grid: TimeGrid) -> Values:
        """A share of the turnover, and the floor."""
        moved = np.zeros(grid.count)
        for name in self.powers:
            moved += np.abs(columns[name])
        return np.asarray(self.share * moved / 2.0 + self.floor)


def _slope(values: Values, step_s: float) -> Values:
    """K/s by central differences, one-sided at the ends; NaN next to what is not known."""
    return np.gradient(values, step_s) if len(values) > 1 else np.zeros(len(values))


@dataclass(frozen=True)
class Registers:
    """Growth of a heat meter's registers: energy = k (inlet - outlet), EN 1434.

    `inlet` and `outlet` add up volume times temperature (m3degC); k = rho c of water at the
    meter in kWh/(m3 K), between 1.13 and 1.16 for 20 to 70 degC. The columns hold growth per
    interval. `resolution` (kWh) is what one reading may lack.
    """

    name: str
    energy: str
    inlet: str
    outlet: str
    window_s: float
    volume: str | None = None
    coefficient: float = 1.145
    spread: float = 0.015
    accuracy_class: int = 2
    in_service: float = 2.0
    resolution: float = 1.0
    unit: str = "kWh"

    @property
    def members(self) -> tuple[str, ...]:
        """Three or four registers."""
        volume = () if self.volume is None else (self.volume,)
        return (self.energy, self.inlet, self.outlet, *volume)

    @property
    def needs(self) -> tuple[str, ...]:
        """The members."""
        return self.members

    def residual(self, columns: Columns, grid: TimeGrid) -> Values:
        """Energy less that of volume and temperatures, kWh per interval."""
        difference = columns[self.inlet] - columns[self.outlet]
        return np.asarray(columns[self.energy] - self.coefficient * difference)

    def tolerance(self, columns: Columns, grid: TimeGrid) -> Values:
        """Permissible error at the mean difference of the interval, and the resolution."""
        difference = columns[self.inlet] - columns[self.outlet]
        heat = np.maximum(np.abs(columns[self.energy]), self.coefficient * np.abs(difference))
        kelvin = np.full(len(heat), 30.0)
        if self.volume is not None:
            volume = columns[self.volume]
            kelvin = np.divide(difference, volume, out=kelvin, where=volume > 0.0)
        nominal = np.ones(len(heat))
        error = meter_error(self.accuracy_class, nominal, 1.0, kelvin) + self.spread
        intervals = max(round(self.window_s / grid.step_s), 1)
        return np.asarray(self.in_service * error * heat + 2.0 * self.resolution / intervals)
