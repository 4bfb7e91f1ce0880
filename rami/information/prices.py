"""Prices and factors on one time grid, as the plan and the settlement read them.

Arrays have shape (grid.count,). Canonical units: EUR/kWh, EUR/kg, kg/kWh, EUR/kW/a.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.core.timegrid import TimeGrid
from rami.core.wording import did_you_mean

Array = NDArray[np.float64]


@dataclass(frozen=True)
class OwnerPrices:
    """What one owner pays and gets at the grid connection and from consumers.

    `el_buy` holds the day-ahead price and all fees, `el_sell` the price and a premium (both
    EUR/kWh), `levy` is paid on self-consumed CHP electricity (EUR/kWh), `peak` is the yearly
    price of the highest 15-min mean import (EUR/kW/a), `consumer_heat` the tariff of the
    owner's heat consumers (EUR/kWh, zero where heat is not sold).
    """

    el_buy: Array
    el_sell: Array
    levy: Array
    peak: float = 0.0
    consumer_heat: float = 0.0

    def part(self, rows: NDArray[np.intp]) -> OwnerPrices:
        """Some rows."""
        return OwnerPrices(
            self.el_buy[rows], self.el_sell[rows], self.levy[rows], self.peak, self.consumer_heat
        )


@dataclass(frozen=True)
class HeatPrices:
    """Contract prices of heat across a border between two owners, EUR/kWh.

    `draw` is paid for heat taken out of the network by the station's owner, `feed_in` is
    paid by the network's owner for heat put into it.
    """

    draw: Array
    feed_in: Array

    def part(self, rows: NDArray[np.intp]) -> HeatPrices:
        """Some rows."""
        return HeatPrices(self.draw[rows], self.feed_in[rows])


@dataclass(frozen=True)
class Prices:
    """All prices of a site.

    `heat` is keyed by (owner of the station, owner of the network). `co2_price` (EUR/kg) is
    charged on scope 1, `gas_factor` (kg/kWh of fuel) makes it, `grid_factor` (kg/kWh, array)
    is the emission factor of the electricity grid. Fuel prices are engineering data of the
    converters and hold no CO2.
    """

    grid: TimeGrid
    owners: Mapping[str, OwnerPrices]
    heat: Mapping[tuple[str, str], HeatPrices] = field(default_factory=dict)
    co2_price: float = 0.0
    gas_factor: float = 0.0
    grid_factor: Array = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        if self.grid_factor.shape != (self.grid.count,):
            factor = np.broadcast_to(self.grid_factor if self.grid_factor.size else 0.0, self.shape)
            object.__setattr__(self, "grid_factor", np.array(factor))
        for who, o in self.owners.items():
            self._check(f"owner {who}", o.el_buy, o.el_sell, o.levy)
        for pair, h in self.heat.items():
            self._check(f"heat {pair[0]}-{pair[1]}", h.draw, h.feed_in)

    def _check(self, what: str, *arrays: Array) -> None:
        for a in arrays:
            if a.shape != self.shape or not np.isfinite(a).all():
                raise ValueError(
                    f"prices of {what}: wanted {self.grid.count} finite values, "
                    f"got shape {a.shape} with {int(np.sum(~np.isfinite(a)))} not finite"
                )

    @property
    def shape(self) -> tuple[int]:
        """Shape of every array."""
        return (self.grid.count,)

    @property
    def carbon_cost(self) -> float:
        """CO2 money on one kWh of fuel, EUR/kWh."""
        return self.co2_price * self.gas_factor

    def owner(self, name: str) -> OwnerPrices:
        """One owner's prices; KeyError with a hint."""
        if name not in self.owners:
            raise KeyError(f"no prices of owner {name!r}; {did_you_mean(name, self.owners)}")
        return self.owners[name]

    def part(self, first: int, count: int) -> Prices:
        """Intervals first to first + count; past the end the last one is held."""
        rows = np.minimum(np.arange(first, first + count), self.grid.count - 1)
        return Prices(
            self.grid.part(first, count),
            {n: o.part(rows) for n, o in self.owners.items()},
            {n: h.part(rows) for n, h in self.heat.items()},
            self.co2_price,
            self.gas_factor,
            self.grid_factor[rows],
        )
