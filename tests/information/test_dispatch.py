from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.core.errors import ConfigurationError
from rami.information.dispatch import Converter, dispatch, heat_cost, heat_efficiency

ENGINE = 1500 / 0.40 * 0.45  # kW of heat of one engine at full load


def test_heat_cost_of_both_kinds(chp: Chp, boiler: Boiler) -> None:
    assert heat_cost(chp, 0.05, 0.005) == pytest.approx((0.031 - 0.4 * 0.05) / 0.45)
    assert heat_cost(boiler, 0.05, 0.005) == pytest.approx(0.034 / 0.9)


def test_whole_engines_and_minimum_load(chp: Chp, boiler: Boiler) -> None:
    demand = np.array([0.0, 0.4, 0.5, 1.0, 1.5, 2.0, 3.0]) * ENGINE
    d = dispatch({"chp": chp, "boiler": boiler}, demand, electricity_value=0.08)
    assert d.p_th[:, 0] == pytest.approx(np.array([0, 0, 0.5, 1, 1.5, 2, 2]) * ENGINE)
    assert d.p_th[:, 1] == pytest.approx(np.array([0, 0.4, 0, 0, 0, 0, 1]) * ENGINE)
    assert d.engines[:, 0].tolist() == [0, 0, 1, 1, 2, 2, 2]
    assert d.p_fuel == pytest.approx(d.p_th / [0.45, 0.9])
    assert d.p_el[:, 0] == pytest.approx(d.p_th[:, 0] / 0.45 * 0.4)
    assert d.p_el[:, 1] == pytest.approx(0.0)


def test_dear_engines_only_fill_up_above_the_boiler(chp: Chp, boiler: Boiler) -> None:
    demand = np.array([5000.0, 6100.0])
    d = dispatch({"chp": chp, "boiler": boiler}, demand, electricity_value=0.0)
    assert d.p_th[0].tolist() == [0.0, 5000.0]
    # one engine must give at least half its heat, so the boiler steps back
    assert d.p_th[1] == pytest.approx([0.5 * ENGINE, 6100.0 - 0.5 * ENGINE])


def test_shortfall_and_surplus(chp: Chp) -> None:
    demand = np.array([0.3, 5.0]) * ENGINE
    d = dispatch({"chp": chp}, demand, electricity_value=0.05)
    assert d.surplus == pytest.approx([0.2 * ENGINE, 0.0])
    assert d.shortfall == pytest.approx([0.0, 3.0 * ENGINE])
    assert d.demand == pytest.approx(demand)


def test_marginal_is_the_converter_that_would_change(chp: Chp, boiler: Boiler) -> None:
    demand = np.array([0.2, 1.4, 2.5]) * ENGINE
    d = dispatch(
        {"chp": chp, "boiler": boiler},
        demand,
        electricity_value=0.08,
        carbon_cost=0.005,
        gas_factor=0.2,
    )
    assert d.marginal.tolist() == [1, 0, 1]
    gas, engine = 0.034 / 0.9, (0.031 - 0.032) / 0.45
    assert d.marginal_cost == pytest.approx([gas, engine, gas])
    assert d.marginal_emission == pytest.approx([0.2 / 0.9, 0.2 / 0.45, 0.2 / 0.9])


def test_no_converter_is_all_shortfall() -> None:
    d = dispatch({}, np.array([5.0, 0.0]), electricity_value=0.0)
    assert d.shortfall.tolist() == [5.0, 0.0]
    assert np.isnan(d.marginal_cost).all()
    assert (d.marginal == -1).all()


def test_refuses_what_it_cannot_do(chp: Chp) -> None:
    with pytest.raises(ValueError, match="finite"):
        dispatch({"chp": chp}, np.array([np.nan]), electricity_value=0.0)
    many = {str(i): chp.model_copy(update={"engines": 20}) for i in range(3)}
    with pytest.raises(ConfigurationError, match="combinations"):
        dispatch(many, np.array([1.0]), electricity_value=0.0)


def _plant(kind: str, size: float, low: float, price: float, engines: int) -> Converter:
    common = {"network": "n", "part_load_min": low, "fuel_price": f"{price} EUR/MWh"}
    if kind == "boiler":
        return Boiler.model_validate({**common, "power": f"{size} kW", "efficiency": 0.9})
    return Chp.model_validate(
        {
            **common,
            "engines": engines,
            "power_el": f"{size} kW",
            "efficiency_el": 0.4,
            "efficiency_th": 0.45,
        }
    )


plants = st.builds(
    _plant,
    st.sampled_from(["chp", "boiler"]),
    st.floats(100, 3000),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    st.floats(1, 60),
    st.integers(1, 3),
)


def _cheapest(units: list[Converter], demand: float, value: float) -> float | None:
    """Cost of the best commitment found by trying all, None where none covers the demand."""
    best = None
    sizes = [u.power_th if isinstance(u, Chp) else u.power for u in units]
    counts = [range((u.engines if isinstance(u, Chp) else 1) + 1) for u in units]
    for on in product(*counts):
        low = [n * s * u.part_load_min for n, s, u in zip(on, sizes, units, strict=True)]
        high = [n * s for n, s in zip(on, sizes, strict=True)]
        if not sum(low) - 1e-9 <= demand <= sum(high) + 1e-9:
            continue
        rest, cost = demand - sum(low), 0.0
        for i in sorted(range(len(units)), key=lambda i: heat_cost(units[i], value, 0.0)):
            extra = min(rest, high[i] - low[i])
            rest -= extra
            cost += heat_cost(units[i], value, 0.0) * (low[i] + extra)
        best = cost if best is None else min(best, cost)
    return best


@given(
    st.lists(plants, min_size=1, max_size=3),
    st.lists(st.floats(0, 12000), min_size=1, max_size=4),
    st.floats(-0.05, 0.15),
)
def test_is_the_cheapest_and_covers(
    units: list[Converter], demands: list[float], value: float
) -> None:
    named = {str(i): u for i, u in enumerate(units)}
    d = dispatch(named, np.array(demands), electricity_value=value)
    assert d.p_th.sum(axis=1) + d.shortfall - d.surplus == pytest.approx(np.array(demands))
    costs = np.array([heat_cost(u, value, 0.0) for u in units])
    for i, demand in enumerate(demands):
        best = _cheapest(units, demand, value)
        if best is not None:
            assert d.shortfall[i] == d.surplus[i] == 0.0
            assert costs @ d.p_th[i] == pytest.approx(best, abs=1e-6)


@given(st.lists(plants, min_size=1, max_size=3), st.floats(1, 9000), st.floats(-0.05, 0.15))
def test_relaxed_marginal_cost_is_the_slope(
    units: list[Converter], demand: float, value: float
) -> None:
    named = {str(i): u for i, u in enumerate(units)}
    around = np.array([demand - 0.01, demand, demand + 0.01])
    d = dispatch(named, around, electricity_value=value, relaxed=True)
    if d.shortfall.any():
        return
    cost = d.p_th @ np.array([heat_cost(u, value, 0.0) for u in units])
    down, up = (cost[1] - cost[0]) / 0.01, (cost[2] - cost[1]) / 0.01
    assert min(down, up) - 1e-6 <= d.marginal_cost[1] <= max(down, up) + 1e-6
    assert heat_efficiency(units[0]) > 0
