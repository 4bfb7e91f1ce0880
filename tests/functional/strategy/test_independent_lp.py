"""All 56 days of the reference seasons against a linear programme written from the equations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.functional.strategy.equations import Station, solve
from tests.functional.strategy.planning import STARTS, Planning

HEX = {"HNHT": "hex_hnht", "IN": "hex_dhs_in", "HNLT": "hex_hnlt", "OUT": "hex_dhs_out"}
MARGIN = 0.97
# m3, kg/m3, kJ/(kg K), kW/K, degC: the storage of the site file
CAPACITY = 252 * 972 * 4.19 / 3600


def station(setup: Planning, first: int, slope: dict[str, float], steps: int = 96) -> Station:
    """Figures of the site file by hand; all limits are the design powers here, less what the
    networks behind can give and take."""
    d = {
        name: setup.data.part(first, steps)[f"P_th_dem_{name}"] for name in ("HNHT", "HNLT", "DHS")
    }
    limit = {
        "HNHT": np.minimum(4000, MARGIN * (3375 + 6000) - d["HNHT"]),
        "IN": np.minimum(2000, MARGIN * (4 * 3937.5 + 25000) - d["DHS"]),
        "HNLT": np.minimum(4000, MARGIN * d["HNLT"]),
        "OUT": np.minimum(3500, MARGIN * d["DHS"]),
    }
    return Station(
        cop=0.55 * (80 + 3 + 273.15) / (80 + 3 - 25 + 5),
        w=(95 - 60) / (80 - 60) - 1,
        loss=0.57 / CAPACITY * 0.25,
        idle=0.57 * (60 - 15) * 0.25,
        q_start=0.5 * CAPACITY * 35,
        q_end=0.5 * CAPACITY * 35,
        q_min=0.12 * CAPACITY * 35,
        q_max=CAPACITY * 35,
        limit=limit,
        own={"HNHT": 4000.0, "IN": 2000.0},
        slope=slope,
        cooling=setup.data.part(first, steps)["P_c_dem_CN"],
    )


@pytest.mark.parametrize("basis", ["marginal", "average"])
@pytest.mark.parametrize("name", STARTS)
def test_linear_plan_equals_the_equations(
    season: Callable[..., Planning], name: str, basis: str
) -> None:
    setup = season(name, cost_basis=basis, binaries=False, minimum_load=False, peak=False)
    for day in range(14):
        first = 96 * day
        plan = setup.plan(first)
        values = setup.values(setup.controller.compiled(96), first)
        slope = {"HNHT": values["hts.hex_hnht.slope"], "IN": values["hts.hex_dhs_in.slope"]}
        s = station(setup, first, {k: float(v) for k, v in slope.items()})
        for key, component in HEX.items():
            assert values[f"hts.{component}.p_max"] == pytest.approx(s.limit[key], abs=1e-6)
        part, data = setup.prices.part(first, 96), setup.data.part(first, 96)
        iess, heat = part.owner("iess"), part.heat["iess", "dhs"]
        price = {
            "el_buy": data["price_da"] + 0.048,
            "el_sell": data["price_da"],
            "levy": 0.0256,
            "co2": 0.2016 * 0.02487,
            "draw": heat.draw,
            "feed": heat.feed_in,
        }
        np.testing.assert_allclose(iess.el_buy, price["el_buy"])
        if basis == "average":
            price |= average_prices(data["P_th_dem_HNHT"], iess.el_buy, price["co2"])
        loads = {k: data[c] for k, c in LOADS.items()}
        wanted = solve(s, loads, price, basis == "marginal")
        scale = sum(abs(v) for v in plan.terms.values())
        assert abs(plan.objective - wanted) <= 1e-7 * scale, f"{name} day {day}"
        assert plan.rung == "milp"
        assert plan.gap == pytest.approx(0.0, abs=1e-9)


LOADS = {
    "HNHT": "P_th_dem_HNHT",
    "HNLT": "P_th_dem_HNLT",
    "CN": "P_c_dem_CN",
    "EL": "P_el_factory",
}


def average_prices(demand: np.ndarray, buy: np.ndarray, co2: float) -> dict[str, np.ndarray]:
    """Eq. 3 from the baseline by merit order: CHP and boiler on HNHT, a boiler on HNLT."""
    value = buy - 0.0256
    chp = (0.026 + co2 - 0.4 * value) / 0.45
    boiler = (0.029 + co2) / 0.9
    first = chp < boiler
    by_chp = np.where(first, np.minimum(demand, 3375.0), np.maximum(demand - 6000.0, 0.0))
    by_boiler = demand - by_chp
    gas = 0.026 * by_chp / 0.45 + 0.029 * by_boiler / 0.9
    fuel = by_chp / 0.45 + by_boiler / 0.9
    full = np.full_like(demand, 1 / 0.9)
    return {
        "hnht": (gas - value * by_chp * 0.4 / 0.45) / demand,
        "hnht_co2": co2 * fuel / demand,
        "hnlt": 0.029 * full,
        "hnlt_co2": co2 * full,
        "cn": 0.03 * buy,
    }
