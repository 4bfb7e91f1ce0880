import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from rami.business.station_figures import (
    energy_value,
    station_cost,
    station_electricity,
    station_emissions,
)
from rami.business.tariffs import Business
from rami.core.frame import Frame
from tests.business.conftest import Settled
from tests.business.sites import HOURS


def test_equations_20_22_23() -> None:
    assert energy_value(np.array([0.2, 0.3]), np.array([100.0, 200.0])).tolist() == [20.0, 60.0]


def test_equation_19(fed: Settled) -> None:
    specific = {"works.heat": np.array([0.1, 0.2]), "town.heat": np.array([0.25, 0.25])}
    figure = station_emissions(fed.site, "hts", fed.run.metered, specific, 0.4)
    assert figure.drawn == pytest.approx({"works.heat": 50.0, "town.heat": 50.0})
    assert figure.fed_in == pytest.approx({"works.heat": 0.0, "town.heat": 125.0})
    assert figure.electricity == 0.0
    assert figure.total == pytest.approx(50 + 50 - 125)
    assert figure.plain()["total_t"] == pytest.approx(-0.025)


def test_equation_21_with_its_sign(fed: Settled) -> None:
    draw = {"works.heat": 0.03, "town.heat": 0.071}
    feed_in = {"works.heat": 0.0, "town.heat": np.array([0.052, 0.052])}
    figure = station_cost(fed.site, "hts", fed.run.metered, draw, feed_in, 0.09, co2=3.0, peak=2.0)
    assert figure.costs == pytest.approx({"works.heat": 15.0, "town.heat": 14.2})
    assert figure.revenues == pytest.approx({"works.heat": 0.0, "town.heat": 26.0})
    # a revenue lowers the cost
    assert figure.total == pytest.approx(15 + 14.2 - 26 + 3 + 2)
    plain = figure.plain()
    assert plain["total_EUR"] == pytest.approx(figure.total)
    assert plain["equation"] == "21-23"


def test_cooling_relieved_is_a_revenue_and_no_emission(
    reference_site: SiteTopology, reference_business: Business
) -> None:
    registers = {f"hts.{c.border}.E": 0.0 for c in reference_site.couplings}
    registers |= {"hts.hp_border.E": 200.0, "hts.hp.E_el": 100.0, "hts.ih.E_el": 50.0}
    metered = Frame.of(HOURS, {n: ("kWh", np.full(2, v)) for n, v in registers.items()})
    nothing = dict.fromkeys(["iess.hnht", "iess.hnlt", "dhs.dhs"], 0.0)
    assert station_electricity(reference_site, "hts", metered).tolist() == [150.0, 150.0]
    cost = station_cost(reference_site, "hts", metered, nothing, {**nothing, "iess.cn": 0.003}, 0.1)
    assert cost.revenues["iess.cn"] == pytest.approx(1.2)
    assert cost.electricity == pytest.approx(30.0)
    emissions = station_emissions(reference_site, "hts", metered, nothing, 0.4)
    assert set(emissions.drawn) == {"iess.hnht", "iess.hnlt", "dhs.dhs"}
    assert emissions.total == pytest.approx(0.4 * 300)


def test_in_and_out_at_once_are_not_netted(fed: Settled) -> None:
    values = fed.run.metered.values.copy()
    for border, energy in (("sink", -100.0), ("draw", 100.0)):
        values[:, fed.run.metered.place(f"hts.{border}_border.E")] = energy
    metered = Frame(HOURS, fed.run.metered.names, fed.run.metered.units, values)
    figure = station_emissions(fed.site, "hts", metered, {"works.heat": 0.0, "town.heat": 0.2}, 0.0)
    assert (figure.drawn["town.heat"], figure.fed_in["town.heat"]) == pytest.approx((40.0, 40.0))
