"""A controller with its data: what the tests of the plan start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rami.asset.topology import SiteTopology
from rami.business.pricing import site_prices
from rami.business.tariffs import Business
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule
from rami.functional.strategy import PlantState, StrategyController, StrategySettings
from rami.functional.strategy.build import Compiled
from rami.functional.strategy.parameters import parameters
from rami.functional.strategy.plan_data import PlanData
from rami.information.prices import Prices
from tests.business.sites import wired

LOADS = ("P_th_dem_HNHT", "P_th_dem_HNLT", "P_c_dem_CN", "P_el_factory", "P_th_dem_DHS")
STARTS = {
    "winter": "2019-01-14T00:00+01:00",
    "spring": "2019-04-01T00:00+02:00",
    "summer": "2019-07-08T00:00+02:00",
    "fall": "2019-10-07T00:00+02:00",
}


@dataclass
class Planning:
    """A site with data on one grid, and a controller for parts of it."""

    site: SiteTopology
    business: Business
    data: Frame
    prices: Prices
    settings: StrategySettings

    def __post_init__(self) -> None:
        self.controller = StrategyController(self.site, self.settings, self.business.owners)

    def with_settings(self, **changes: Any) -> Planning:
        """The same with other settings."""
        return replace(self, settings=self.settings.model_copy(update=changes))

    def plan(
        self,
        first: int = 0,
        count: int = 96,
        state: PlantState | None = None,
        previous: Schedule | None = None,
        override: Mapping[str, Any] | None = None,
    ) -> Schedule:
        """A plan from interval `first` on."""
        data, prices = self.data.part(first, count), self.prices.part(first, count)
        state = state or PlantState.nominal(self.site)
        return self.controller.plan(data.grid, data, prices, state, previous, override)

    def values(self, compiled: Compiled, first: int = 0, **override: Any) -> dict[str, Any]:
        """All parameters of a plan from interval `first` on."""
        count = compiled.layout.steps
        data, prices = self.data.part(first, count), self.prices.part(first, count)
        state = PlantState.nominal(self.site)
        source = PlanData(
            self.controller.site, compiled.layout, self.settings, data.grid, data, prices, state
        )
        return {**parameters(source), **override}


def made_up(count: int = 192, seed: int = 5) -> Frame:
    """Loads and prices of no place at all, negative prices among them."""
    rng = np.random.default_rng(seed)
    hour = np.arange(count) / 4
    swing = 1 + 0.3 * np.sin(hour / 24 * 2 * np.pi)

    def load(mean: float, noise: float = 0.1) -> np.ndarray:
        return mean * swing * (1 + noise * rng.standard_normal(count))

    price = 0.035 + 0.03 * np.sin(hour / 6) + 0.02 * rng.standard_normal(count)
    columns = {
        "price_da": ("EUR/kWh", price),
        "temp_air": ("degC", 10 + 5 * np.sin(hour / 24 * 2 * np.pi)),
        "P_th_dem_HNHT": ("kW", load(2200)),
        "P_th_dem_HNLT": ("kW", load(2500)),
        "P_c_dem_CN": ("kW", load(1700)),
        "P_el_factory": ("kW", load(6500)),
        "P_th_dem_DHS": ("kW", load(9000)),
    }
    return Frame.of(TimeGrid.of("2019-03-01T00:00Z", 900, count), columns, "made up")


def planning(declaration: Mapping[str, Any], data: Frame, **settings: Any) -> Planning:
    """A site file's declaration (as plain data) with loads and prices."""
    site = wired(declaration["twins"])
    business = Business.model_validate(declaration["business"])
    return Planning(
        site, business, data, site_prices(business, site, data), StrategySettings(**settings)
    )
