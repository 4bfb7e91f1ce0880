"""A run small enough to settle by hand.

Hour 1: the works burn 1000 kWh of gas for 500 kWh of heat and 400 kWh of electricity, use 600:
200 are bought. The heat goes to the town, which burns 625 for its other 500. Hour 2: nothing
runs at the works; it buys 100. It draws 200 from the town, which burns 1750 for 1400.
"""

import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from rami.business.settlement import settle
from rami.business.static_run import static_run
from rami.core.errors import ConfigurationError, DataError
from rami.core.frame import Frame
from rami.information.prices import Prices
from tests.business.conftest import Settled, settle_static
from tests.business.sites import HOURS, small_business, small_data

# the town's boiler: (32 + 0.2 x 100) / 0.8 = 65 EUR/MWh of heat, always the marginal one
DRAW, FEED_IN = 65 + 6, 0.8 * 65


def test_energies(fed: Settled) -> None:
    iess, dhs = fed.settlement.owners["iess"], fed.settlement.owners["dhs"]
    assert iess.fuel.tolist() == [1000.0, 0.0]
    assert iess.generated.tolist() == [400.0, 0.0]
    assert iess.drawn.tolist() == [600.0, 100.0]
    assert iess.grid_import.tolist() == [200.0, 100.0]
    assert iess.self_consumed.tolist() == [400.0, 0.0]
    assert dhs.fuel == pytest.approx([625.0, 1750.0])
    assert dhs.consumer_heat.tolist() == [1000.0, 1200.0]


def test_money_of_the_works(fed: Settled) -> None:
    iess = fed.settlement.owners["iess"]
    assert iess.fuel_cost == pytest.approx([20.0, 0.0])
    assert iess.co2_cost == pytest.approx([20.0, 0.0])
    assert iess.import_cost == pytest.approx([0.2 * 90, 0.1 * 60])
    assert iess.levy_cost == pytest.approx([4.0, 0.0])
    assert iess.heat_sold == pytest.approx([0.5 * FEED_IN, 0.0])
    assert iess.heat_bought == pytest.approx([0.0, 0.2 * DRAW])
    assert iess.peak_kw == pytest.approx(200.0)
    assert iess.peak_cost == pytest.approx(200 * 8.76 * 2 / 8760)
    wanted = 20 + 20 + 18 + 6 + 4 - 0.5 * FEED_IN + 0.2 * DRAW + 0.4
    assert iess.cost == pytest.approx(wanted)
    assert iess.profit == -iess.cost


def test_money_of_the_town(fed: Settled) -> None:
    dhs = fed.settlement.owners["dhs"]
    assert dhs.consumer_revenue == pytest.approx([75.0, 90.0])
    assert dhs.heat_bought == pytest.approx([0.5 * FEED_IN, 0.0])
    assert dhs.heat_sold == pytest.approx([0.0, 0.2 * DRAW])
    gas = 2.375 * (32 + 20)
    assert dhs.profit == pytest.approx(165 - gas - 0.5 * FEED_IN + 0.2 * DRAW)


def test_emissions(fed: Settled) -> None:
    iess, dhs = fed.settlement.owners["iess"], fed.settlement.owners["dhs"]
    assert iess.scope1 == pytest.approx([200.0, 0.0])
    assert iess.scope2 == pytest.approx([80.0, 40.0])
    assert dhs.scope1_kg == pytest.approx(475.0)
    assert dhs.scope2_kg == 0.0
    assert (iess.scope2_heat == 0).all()


def test_export_is_credited(small_site: SiteTopology) -> None:
    from tests.business.sites import powers

    station = powers(HOURS, source=500, sink=500)
    data = small_data([100, 100], [1000, 1000], [40, 10])
    iess = settle_static(small_site, small_business(), data, station).settlement.owners["iess"]
    assert iess.grid_export == pytest.approx([300.0, 300.0])
    assert iess.export_revenue == pytest.approx([0.3 * 40, 0.3 * 10])
    assert iess.scope2 == pytest.approx([-120.0, -120.0])
    assert iess.scope2_kg < 0
    assert iess.peak_kw == 0.0


def test_allocated_heat_adds_the_sellers_factor(fed: Settled) -> None:
    allocated = settle(
        fed.site, fed.business.owners, fed.prices, fed.run.metered, "allocated"
    ).owners
    # town: all gas to heat; works: the CHP's gas by energy, 500 of 900
    assert allocated["iess"].scope2_heat == pytest.approx([0.0, 200 * 0.2 / 0.8])
    assert allocated["dhs"].scope2_heat == pytest.approx([500 * 0.2 * 1000 / 900, 0.0])
    assert allocated["iess"].scope2_kg == pytest.approx(120.0 + 50.0)


def test_borders_show_both_meters(fed: Settled) -> None:
    by_name = {b.border: b for b in fed.settlement.borders}
    sink = by_name["hts.sink_border"]
    assert sink.billed == pytest.approx([-500.0, 0.0])
    assert sink.payment == pytest.approx([-0.5 * FEED_IN, 0.0])
    assert by_name["hts.draw_border"].payment == pytest.approx([0.0, 0.2 * DRAW])
    assert not by_name["hts.source_border"].between_owners
    assert (by_name["hts.source_border"].payment == 0).all()

    metered = fed.run.metered
    values = metered.values.copy()
    values[0, metered.place("town.hts_sink.E")] += 7.0  # the town's meter saw 7 kWh less
    other = Frame(metered.grid, metered.names, metered.units, values)
    shown = settle(fed.site, fed.business.owners, fed.prices, other)
    sink = {b.border: b for b in shown.borders}["hts.sink_border"]
    assert sink.difference == pytest.approx([7.0, 0.0])
    assert sink.payment == pytest.approx([-0.5 * FEED_IN, 0.0])  # billed on the station's side


def test_internal_prices_cancel(small_site: SiteTopology) -> None:
    data = small_data([600, 100], [1000, 1000], [40, 10])
    one = small_business(
        owners={"all": ["works", "hts", "town"]},
        tariffs={"all": {"electricity": {"buy_fee": "50 EUR/MWh"}}},
        heat_between_owners=None,
    )
    from tests.business.sites import powers

    settled = settle_static(small_site, one, data, powers(HOURS, source=500, sink=500))
    account = settled.settlement.owners["all"]
    assert (account.heat_sold == 0).all()
    assert (account.heat_bought == 0).all()
    assert settled.closure().holds


def test_plain_export_has_units_in_its_keys(fed: Settled) -> None:
    plain = fed.settlement.plain()
    assert set(plain) == {"owners", "borders", "heat_transfer"}
    owners = plain["owners"]
    assert isinstance(owners, dict)
    for key, value in owners["iess"].items():
        assert key.rpartition("_")[2] in {"EUR", "t", "MWh", "kW"}
        assert isinstance(value, float)


def test_missing_registers_are_named_together(fed: Settled) -> None:
    kept = [n for n in fed.run.metered.names if n not in ("works.chp.E_el", "town.boiler.E_fuel")]
    with pytest.raises(DataError) as caught:
        settle(fed.site, fed.business.owners, fed.prices, fed.run.metered.select(kept))
    assert len(caught.value.problems) == 2
    values = fed.run.metered.values.copy()
    values[1, fed.run.metered.place("works.chp.E_fuel")] = np.nan
    holed = Frame(HOURS, fed.run.metered.names, fed.run.metered.units, values)
    with pytest.raises(DataError, match="E_fuel has no value in interval 1"):
        settle(fed.site, fed.business.owners, fed.prices, holed)


def test_owners_and_grids_must_fit(fed: Settled) -> None:
    owners = {"iess": ("works", "hts", "hts"), "dhs": ("twon",)}
    with pytest.raises(ConfigurationError) as caught:
        settle(fed.site, owners, fed.prices, fed.run.metered)
    text = str(caught.value)
    assert "'hts' already belongs to 'iess'" in text
    assert "no twin 'twon'; hint: did you mean 'town'?" in text
    assert "twin 'town' belongs to nobody" in text
    late = Prices(HOURS.part(1, 2), {})
    with pytest.raises(ValueError, match="different grids"):
        settle(fed.site, fed.business.owners, late, fed.run.metered)


def test_minimum_load_changes_what_is_stored(small_site: SiteTopology) -> None:
    data = small_data([0, 0], [0, 3000], [40, 10])
    settled = settle_static(small_site, small_business(), data)
    # the town's boiler gives 2000 of 3000
    assert settled.run.stored["town"] == pytest.approx([0.0, -1000.0])
    assert settled.closure().holds
    run = static_run(small_site, settled.business.owners, settled.prices, data)
    assert run.metered.values.tobytes() == settled.run.metered.values.tobytes()
