import numpy as np
import pytest
from pydantic import ValidationError

from rami.asset.topology import SiteTopology
from rami.business.meters import Counts, meters_of, with_electric_loads
from rami.business.ownership import owner_of_twins
from rami.business.pricing import site_prices
from rami.business.tariffs import Business
from rami.core.errors import ConfigurationError
from rami.core.frame import Frame
from rami.information.series import Role, required_series
from tests.business.sites import HOURS, small_business, small_data, small_twins, wired


def test_electricity_prices(small_site: SiteTopology) -> None:
    prices = site_prices(small_business(), small_site, small_data([0, 0], [1, 1], [40, -10]))
    iess = prices.owner("iess")
    assert iess.el_buy == pytest.approx([0.09, 0.04])
    assert iess.el_sell == pytest.approx([0.04, -0.01])
    assert iess.levy == pytest.approx([0.01, 0.01])
    assert iess.peak == pytest.approx(8.76)
    assert prices.owner("dhs").consumer_heat == pytest.approx(0.075)
    assert prices.carbon_cost == pytest.approx(0.02)
    assert prices.grid_factor == pytest.approx([0.4, 0.4])


def test_heat_between_owners_follows_the_sellers_margin() -> None:
    twins = small_twins()
    twins["town"]["components"]["chp"] = {
        "kind": "chp",
        "network": "heat",
        "power_el": "400 kW",
        "efficiency_el": 0.4,
        "efficiency_th": 0.45,
        "part_load_min": 0.5,
        "fuel_price": "26 EUR/MWh",
    }
    site = wired(twins)
    # 300 kW: the engine alone; 1000 kW: engine full, boiler on top; electricity dear enough
    data = small_data([0, 0], [300, 1000], [150, 150])
    heat = site_prices(small_business(), site, data).heat["iess", "dhs"]
    boiler = 0.052 / 0.8
    assert heat.draw == pytest.approx([0.006, boiler + 0.006])  # the engine's heat costs < 0
    assert heat.feed_in == pytest.approx([0.0, 0.8 * boiler])
    data = small_data([0, 0], [300, 1000], [90, 150])
    engine = (0.046 - 0.4 * 0.09) / 0.45
    heat = site_prices(small_business(), site, data).heat["iess", "dhs"]
    assert heat.draw == pytest.approx([engine + 0.006, boiler + 0.006])


def test_reference_sites_declared_prices(
    reference_site: SiteTopology, reference_business: Business
) -> None:
    columns = {
        name: (unit, np.array([level, level]))
        for name, unit, level in (
            ("price_da", "EUR/kWh", 0.04),
            ("P_th_dem_HNHT", "kW", 2000.0),
            ("P_th_dem_HNLT", "kW", 2000.0),
            ("P_c_dem_CN", "kW", 1700.0),
            ("P_el_factory", "kW", 7000.0),
            ("P_th_dem_DHS", "kW", 10000.0),
        )
    }
    prices = site_prices(reference_business, reference_site, Frame.of(HOURS, columns))
    assert prices.owner("iess").el_buy[0] == pytest.approx(0.088)
    assert prices.owner("iess").levy[0] == pytest.approx(0.0256)
    assert prices.owner("iess").peak == pytest.approx(80.0)
    assert prices.owner("dhs").el_sell[0] == pytest.approx(0.05)
    # 10 MW stand on engines of the town: (26 + 0.2016 x 24.87 - 0.4 x 50) / 0.45 EUR/MWh
    cost = (26 + 0.2016 * 24.87 - 20) / 450
    assert prices.heat["iess", "dhs"].draw[0] == pytest.approx(cost + 0.006)
    assert prices.heat["iess", "dhs"].feed_in[0] == pytest.approx(0.8 * cost)


def test_an_hourly_grid_factor(small_site: SiteTopology) -> None:
    business = small_business(grid_factor_series="co2")
    data = small_data([0, 0], [1, 1], [40, 40])
    data = data.joined([Frame.of(HOURS, {"co2": ("kg/kWh", np.array([0.3, 0.5]))})])
    assert site_prices(business, small_site, data).grid_factor.tolist() == [0.3, 0.5]
    assert [s.name for s in business.series()] == ["price_da", "co2"]


def test_contract_is_needed(small_site: SiteTopology) -> None:
    data = small_data([0, 0], [1, 1], [40, 40])
    business = small_business(heat_between_owners=None)
    with pytest.raises(ConfigurationError, match="no price for heat between 'iess'"):
        site_prices(business, small_site, data)
    swapped = {"buyer": "dhs", "seller": "iess"}
    business = small_business(
        heat_between_owners=swapped,
        more_heat_contracts=[{"buyer": "iess", "seller": "dhs", "feed_in_share": 0.5}],
    )
    heat = site_prices(business, small_site, data).heat["iess", "dhs"]
    assert heat.feed_in == pytest.approx(0.5 * heat.draw)


def test_tariff_for_every_owner(small_site: SiteTopology) -> None:
    business = small_business()
    lacking = business.model_copy(update={"tariffs": {"dhs": business.tariffs["dhs"]}})
    with pytest.raises(ConfigurationError, match="nothing for iess"):
        site_prices(lacking, small_site, small_data([0, 0], [1, 1], [40, 40]))


def test_a_seller_without_converters_has_no_cost() -> None:
    twins = small_twins()
    del twins["town"]["components"]["boiler"]
    with pytest.raises(ConfigurationError, match="no converter"):
        site_prices(small_business(), wired(twins), small_data([0, 0], [1, 1], [40, 40]))


def test_constant_feed_in_needs_its_power() -> None:
    with pytest.raises(ValidationError, match="go together"):
        small_business(baseline="constant_feed_in")
    assert small_business(baseline="constant_feed_in", baseline_feed_in="1 MW").baseline_feed_in


def test_meters_of_the_reference_site(reference_site: SiteTopology) -> None:
    owner_of = owner_of_twins(reference_site, {"iess": ("iess", "hts"), "dhs": ("dhs",)})
    meters = {m.path: m for m in meters_of(reference_site, owner_of)}
    assert {p for p, m in meters.items() if m.counts is Counts.FUEL} == {
        "iess.chp.E_fuel",
        "iess.boiler_hnht.E_fuel",
        "iess.boiler_hnlt.E_fuel",
        "dhs.chp.E_fuel",
        "dhs.boiler.E_fuel",
    }
    drawn = {p for p, m in meters.items() if m.counts is Counts.ELECTRICITY}
    assert {"hts.hp.E_el", "hts.ih.E_el", "iess.cooling_tower.E_el", "iess.factory.E"} <= drawn
    assert "hts.hex_hnht_pump.E_el" in drawn
    assert meters["dhs.chp.E_el"].counts is Counts.GENERATION
    assert meters["iess.machines.E"].counts is Counts.CONSUMER_COOLING
    assert meters["dhs.town.E"].network == "dhs.dhs"
    borders = [m for m in meters.values() if m.counts is Counts.BORDER]
    exchanges = [m for m in meters.values() if m.counts is Counts.EXCHANGE]
    assert len(borders) == len(exchanges) == 5
    assert {m.owner for m in borders} == {"iess"}
    assert meters["dhs.hts_hex_dhs_in.E"].owner == "dhs"


def test_electric_loads_are_metered_from_their_series(small_site: SiteTopology) -> None:
    data = small_data([600, 100], [0, 0], [0, 0])
    metered = with_electric_loads(small_site, Frame.of(HOURS, {"x.E": ("kWh", np.zeros(2))}), data)
    assert metered["works.load.E"].tolist() == [600.0, 100.0]
    assert with_electric_loads(small_site, metered, data) is metered


def test_series_a_site_needs(reference_site: SiteTopology, reference_business: Business) -> None:
    wanted = required_series(reference_site, reference_business.series())
    assert list(wanted)[:2] == ["temp_air", "price_da"]
    roles = {name: s.role for name, s in wanted.items() if s.role}
    assert roles == {
        "P_th_dem_HNHT": Role.PRODUCTION,
        "P_th_dem_HNLT": Role.SPACE_HEATING,
        "P_c_dem_CN": Role.COOLING,
        "P_el_factory": Role.ELECTRIC,
        "P_th_dem_DHS": Role.DISTRICT,
    }
    assert wanted["P_th_dem_DHS"].power == 20000.0
