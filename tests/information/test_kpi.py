import numpy as np
import pytest

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.core.quality import Family, Reason, good, is_bad, is_good, quality
from rami.information.dispatch import dispatch
from rami.information.kpi import (
    Carrier,
    network_cost,
    network_emission,
    share_good,
    specific_cost,
    specific_emission,
)


def test_equation_1_and_2_by_hand() -> None:
    gas = Carrier(0.03, np.array([1000.0, 500.0]))
    power = Carrier(np.array([0.1, 0.2]), np.array([100.0, 100.0]))
    demand = np.array([800.0, 500.0])
    cost = specific_cost([gas, power], demand)
    assert cost.values == pytest.approx([40 / 800, 35 / 500])
    assert (cost.equation, cost.unit) == (1, "EUR/kWh")
    emission = specific_emission([Carrier(0.2, np.array([1000.0, 500.0]))], demand)
    assert emission.values == pytest.approx([0.25, 0.2])
    assert (emission.equation, emission.unit) == (2, "kg/kWh")
    assert is_good(cost.quality).all()


def test_equation_3_by_hand(chp: Chp, boiler: Boiler) -> None:
    units = {"chp": chp, "boiler": boiler}
    demand = np.array([4375.0])
    d = dispatch(units, demand, electricity_value=0.08)
    kpi = network_cost(d, units, demand, 0.08, 0.005)
    # both engines full: 3375 kW of heat from 7500 kW of gas, 3000 kW of electricity
    wanted = (0.026 * 7500 + 0.029 * 1000 / 0.9 - 0.08 * 3000) / 4375
    assert kpi.values == pytest.approx([wanted])
    assert (kpi.equation, kpi.co2_included) == (3, False)
    with_co2 = network_cost(d, units, demand, 0.08, 0.005, co2_included=True)
    assert with_co2.values - kpi.values == pytest.approx(0.005 * (7500 + 1000 / 0.9) / 4375)
    assert with_co2.co2_included


def test_emission_credits_engines_at_the_grid_factor(chp: Chp, boiler: Boiler) -> None:
    units = {"chp": chp, "boiler": boiler}
    demand = np.array([3375.0, 0.0])
    d = dispatch(units, demand, electricity_value=0.08)
    kpi = network_emission(d, units, demand, 0.2, 0.4)
    assert kpi.values[0] == pytest.approx((0.2 * 7500 - 0.4 * 3000) / 3375)
    assert kpi.values[1] == pytest.approx(0.2 / 0.9)  # the boiler would move first


def test_no_demand_falls_back_to_the_marginal_converter(chp: Chp, boiler: Boiler) -> None:
    units = {"chp": chp, "boiler": boiler}
    demand = np.array([0.0, 2000.0])
    d = dispatch(units, demand, electricity_value=0.08, carbon_cost=0.005)
    kpi = network_cost(d, units, demand, 0.08, 0.005)
    assert kpi.values[0] == pytest.approx(0.029 / 0.9)  # without CO2, as the average
    assert kpi.quality[0] == quality(Family.UNCERTAIN, Reason.NO_DEMAND)
    assert is_good(kpi.quality[1:]).all()
    assert share_good(kpi) == 0.5
    dear = network_cost(d, units, demand, 0.08, 0.005, co2_included=True)
    assert dear.values[0] == pytest.approx(0.034 / 0.9)


def test_missing_value_is_estimated_and_said() -> None:
    marginal = np.array([0.05, 0.06])
    gas = Carrier(0.03, np.array([np.nan, 500.0]))
    kpi = specific_cost([gas], np.array([800.0, 500.0]), marginal)
    assert kpi.values == pytest.approx([0.05, 0.03])
    wanted = quality(Family.UNCERTAIN, Reason.MISSING | Reason.ESTIMATED)
    assert kpi.quality.tolist() == [wanted, 0]


def test_without_stand_in_the_figure_is_bad() -> None:
    kpi = specific_cost([Carrier(0.03, np.array([np.nan, 5.0]))], np.array([800.0, 0.0]))
    assert np.isnan(kpi.values).all()
    assert is_bad(kpi.quality).all()
    assert kpi.quality[0] & int(Reason.MISSING)
    assert kpi.quality[1] & int(Reason.NO_DEMAND)


def test_quality_of_inputs_is_inherited() -> None:
    filled = good(2)
    filled[0] = quality(Family.UNCERTAIN, Reason.FILLED)
    bad = good(2)
    bad[1] = quality(Family.BAD, Reason.RANGE)
    power = np.array([100.0, 100.0])
    kpi = specific_cost([Carrier(0.03, power, filled)], np.array([100.0, 100.0]))
    assert kpi.quality[0] == quality(Family.UNCERTAIN, Reason.FILLED)
    kpi = specific_cost(
        [Carrier(0.03, power, bad)], np.array([100.0, 100.0]), np.array([0.07, 0.07])
    )
    assert kpi.values[1] == 0.07
    assert kpi.quality[1] == quality(
        Family.UNCERTAIN, Reason.RANGE | Reason.MISSING | Reason.ESTIMATED
    )
