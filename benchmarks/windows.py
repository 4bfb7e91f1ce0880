"""Plans to measure: windows of the reference site's four seasons, a day long, half a day apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from numpy.typing import ArrayLike

from rami.business.pricing import site_prices
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.functional.strategy.layout import Layout
from rami.functional.strategy.parameters import parameters
from rami.functional.strategy.plan_data import PlanData
from rami.functional.strategy.plant_state import PlantState
from rami.functional.strategy.settings import StrategySettings
from rami.functional.strategy.site_layout import SiteLayout
from rami.information.prices import Prices
from services.study.season_data import DataOptions, read_season
from twins.site import load_site
from twins.site.site import Site

REFERENCE = Path(__file__).parents[1] / "examples" / "reference" / "site.yaml"
STEPS, APART, PER_SEASON = 96, 48, 25


@dataclass(frozen=True)
class Window:
    """What one plan is given."""

    grid: TimeGrid
    forecast: Frame
    prices: Prices
    state: PlantState


class Windows:
    """The reference site with its plan's layout, and all windows."""

    def __init__(self) -> None:
        site = load_site(REFERENCE)
        self.topology, self.owners = site.topology, site.business.owners
        self.settings = StrategySettings()
        self._site = SiteLayout(site.topology, site.business.owners)
        self.layout: Layout = self._site.layout(STEPS, True)
        self.all = list(self._windows(site))

    def _windows(self, site: Site) -> Iterator[Window]:
        assert site.study is not None
        state = PlantState.nominal(self.topology)
        for season, start in site.study.seasons.items():
            count = STEPS + (PER_SEASON - 1) * APART
            grid = TimeGrid.of(start, 900.0, count)
            data = read_season(site, season, grid, DataOptions())
            prices = site_prices(site.business, self.topology, data)
            for number in range(PER_SEASON):
                forecast = data.part(number * APART, STEPS)
                part = prices.part(number * APART, STEPS)
                yield Window(forecast.grid, forecast, part, state)

    def parameters(self, window: Window) -> Mapping[str, ArrayLike]:
        """All parameters of a window's plan."""
        w = window
        return parameters(
            PlanData(self._site, self.layout, self.settings, w.grid, w.forecast, w.prices, w.state)
        )
