"""Settled runs to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from rami.asset.topology import SiteTopology
from rami.business.closure import Closure, check_closure
from rami.business.pricing import site_prices
from rami.business.settlement import Settlement, settle
from rami.business.static_run import StaticRun, static_run
from rami.business.tariffs import Business
from rami.core.frame import Frame
from rami.information.prices import Prices
from tests.business.sites import HOURS, powers, small_business, small_data, small_twins, wired


@dataclass(frozen=True)
class Settled:
    """A settled static run with everything it was made from."""

    site: SiteTopology
    business: Business
    prices: Prices
    run: StaticRun
    settlement: Settlement

    def closure(
        self, metered: Frame | None = None, settlement: Settlement | None = None
    ) -> Closure:
        """Checks of this run, or of one with other registers or another settlement."""
        return check_closure(
            self.site,
            self.prices,
            metered or self.run.metered,
            settlement or self.settlement,
            self.run.stored,
        )


def settle_static(
    site: SiteTopology,
    business: Business,
    data: Frame,
    station: Frame | None = None,
    relaxed: bool = False,
) -> Settled:
    """Price, run and settle."""
    prices = site_prices(business, site, data)
    run = static_run(site, business.owners, prices, data, station, relaxed=relaxed)
    settlement = settle(site, business.owners, prices, run.metered, business.heat_transfer)
    return Settled(site, business, prices, run, settlement)


@pytest.fixture(scope="session")
def small_site() -> SiteTopology:
    return wired(small_twins())


@pytest.fixture
def fed(small_site: SiteTopology) -> Settled:
    """Hour 1: 500 kW from the works to the town. Hour 2: 200 kW drawn from the town."""
    data = small_data([600, 100], [1000, 1200], [40, 10])
    station = powers(HOURS, source=[500, 0], sink=[500, 0], draw=[0, 200])
    return settle_static(small_site, small_business(), data, station)


@pytest.fixture
def reference_site(reference_site_declaration: dict[str, Any]) -> SiteTopology:
    return wired(reference_site_declaration["twins"])


@pytest.fixture
def reference_business(reference_site_declaration: dict[str, Any]) -> Business:
    return Business.model_validate(reference_site_declaration["business"])
