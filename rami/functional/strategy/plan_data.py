"""What the figures of a plan come from: site, forecast, prices and the plant's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeVar

import numpy as np

from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.cooling_tower import CoolingTower
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.functional.strategy.baseline import Baseline
from rami.functional.strategy.layout import Layout
from rami.functional.strategy.plant_state import PlantState
from rami.functional.strategy.settings import StrategySettings
from rami.functional.strategy.site_layout import SiteLayout
from rami.information.dispatch import Converter
from rami.information.network_dispatch import network_converters, network_demand
from rami.information.prices import Array, Prices
from rami.information.series import Figure

C = TypeVar("C", bound=Component)
Values = Mapping[str, Array | float]


class PlanData:
    """One plan's data; arrays have shape (grid.count,), kW and EUR/kWh.

    The forecast must stand on the plan's grid and hold every consumer's demand series.
    """

    def __init__(
        self,
        site: SiteLayout,
        layout: Layout,
        settings: StrategySettings,
        grid: TimeGrid,
        forecast: Frame,
        prices: Prices,
        state: PlantState,
    ) -> None:
        self.site, self.layout, self.settings = site, layout, settings
        self.grid, self.forecast, self.prices, self.state = grid, forecast, prices, state

    def component(self, path: str, kind: type[C]) -> C:
        """The component of a path; KeyError when it is missing or of another kind."""
        twin, _, name = path.partition(".")
        return self.site.site.twins[twin].component(name, kind)

    def demand(self, network: str) -> Array:
        """What the consumers of `twin.network` (or `twin.electricity`) draw or give off, kW."""
        twin, _, name = network.partition(".")
        return network_demand(self.site.site.twins[twin], name, self.forecast)

    def converters(self, network: str) -> dict[str, Converter]:
        """The heat converters of a network by name."""
        twin, _, name = network.partition(".")
        return network_converters(self.site.site.twins[twin], name)

    def headroom(self, network: str) -> Array:
        """Capacity of a network's converters that its own consumers leave, less the margin.

        At most what the network's operator says it can give, where the forecast has that.
        """
        twin = network.partition(".")[0]
        size = sum(
            u.engines * u.power_th if isinstance(u, Chp) else u.power
            for name, u in self.converters(network).items()
            if f"{twin}.{name}" not in self.state.unavailable
        )
        left: Array = np.maximum(self.settings.margin * size - self.demand(network), 0.0)
        return self._at_most(Figure.MAX_GIVE, network, left)

    def room(self, network: str) -> Array:
        """Heat that the consumers of a network carry away, less the margin.

        At most what the network's operator says it can take, where the forecast has that.
        """
        carried: Array = self.settings.margin * np.maximum(self.demand(network), 0.0)
        return self._at_most(Figure.MAX_TAKE, network, carried)

    def _at_most(self, figure: Figure, network: str, own: Array) -> Array:
        name = figure.of(network)
        if name not in self.forecast:
            return own
        return np.asarray(np.fmin(own, np.maximum(self.forecast[name], 0.0)))  # NaN: not known

    def delivered(self, figure: Figure, network: str, own: Callable[[], Array]) -> Array:
        """A key figure of a network from the forecast; `own` calculation where it is NaN."""
        column = self.forecast[figure.of(network)]
        known = np.isfinite(column)
        return column if known.all() else np.where(known, column, own())

    def hot_line(self, network: str) -> float:
        """Temperature of a network's hot line: measured, else nominal; degC."""
        measured = self.state.temperatures.get(network)
        return measured[0] if measured else self.site.site.network(network).hot

    def cold_line(self, network: str) -> float:
        """Temperature of a network's cold line: measured, else nominal; degC."""
        measured = self.state.temperatures.get(network)
        return measured[1] if measured else self.site.site.network(network).cold

    def owner_towers(self, owner: str) -> list[tuple[str, CoolingTower]]:
        """(network, tower) of an owner."""
        return [
            (self.site.site.resolve(t, tower.network), tower)
            for t, _, tower in self.site.site.of(CoolingTower)
            if self.site.owner_of[t] == owner
        ]

    @cached_property
    def baselines(self) -> dict[str, Baseline]:
        """What each planning owner's networks do while the station rests."""
        return {owner: Baseline(self, owner) for owner in self.layout.owners}
