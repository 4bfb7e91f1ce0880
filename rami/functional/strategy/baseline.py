"""Forecast of an owner's networks with the station at rest: dispatch, eq. 1-3, grid import."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rami.information.dispatch import Dispatch
from rami.information.electricity import electricity_value
from rami.information.kpi import network_cost, network_emission
from rami.information.network_dispatch import network_dispatch
from rami.information.prices import Array

if TYPE_CHECKING:
    from rami.functional.strategy.plan_data import PlanData


class Baseline:
    """Static merit order of each heating network of an owner; arrays of shape (T,)."""

    def __init__(self, data: PlanData, owner: str) -> None:
        self._data = data
        self._prices = data.prices.owner(owner)
        site = data.site
        mine = [t for t in site.site.twins if site.owner_of[t] == owner]
        self.networks = [
            n
            for n in site.site.network_paths()
            if n.partition(".")[0] in mine
            and site.site.network(n).kind == "heating"
            and data.converters(n)
        ]
        self.load: Array = sum(
            (data.demand(f"{t}.electricity") for t in mine), np.zeros(data.grid.count)
        )
        for network in {n for n, _ in data.owner_towers(owner)}:
            self.load = self.load + self.tower_share(network, owner) * data.demand(network)

    def tower_share(self, network: str, owner: str) -> float:
        """Electricity per heat of the cooling towers of a network, weighed by their power."""
        towers = [t for n, t in self._data.owner_towers(owner) if n == network]
        size = sum(t.power for t in towers)
        return sum(t.electricity_share * t.power for t in towers) / size if size else 0.0

    @cached_property
    def dispatches(self) -> dict[str, Dispatch]:
        """Merit order by network, as the base automation will run it."""
        data = self._data
        return {
            n: network_dispatch(
                data.site.site,
                n,
                self._prices,
                data.forecast,
                carbon_cost=data.prices.carbon_cost,
                gas_factor=data.prices.gas_factor,
                relaxed=not data.settings.minimum_load,
            )
            for n in self.networks
        }

    @cached_property
    def generation(self) -> Array:
        """Electricity of all engines, kW."""
        total = np.zeros(self._data.grid.count)
        for d in self.dispatches.values():
            total = total + d.p_el.sum(axis=1)
        return total

    @property
    def residual(self) -> Array:
        """Load less own generation at the grid connection, kW (P_el_Factory of eq. 17)."""
        return np.asarray(self.load - self.generation)

    def cost(self, network: str) -> Array:
        """Eq. 3 (eq. 1 without engines): EUR/kWh, CO2 not included."""
        value = electricity_value(self._prices, self.generation, self.load)
        figure = network_cost(
            self.dispatches[network],
            self._data.converters(network),
            self._data.demand(network),
            value,
            self._data.prices.carbon_cost,
        )
        return figure.values

    def emission(self, network: str) -> Array:
        """Eq. 2, scope 1 only (what CO2 money is charged on): kg/kWh."""
        figure = network_emission(
            self.dispatches[network],
            self._data.converters(network),
            self._data.demand(network),
            self._data.prices.gas_factor,
            0.0,
        )
        return figure.values
