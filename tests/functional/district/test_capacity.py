"""Highest powers that are paid: rows of a programme, money of a schedule, ceilings kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.asset.district.capacity import Capacity, CapacityPrice
from rami.asset.district.declaration import District
from rami.asset.district.scaling import scaled
from rami.functional.district.capacity import highest, increase_cost
from rami.functional.district.following import Following
from rami.functional.district.production import Producer, Prospect
from services.negotiation.loading import demo, load_district

DEMO = scaled(load_district(demo()), 60)
HOUR = np.arange(48) // 2
#: kW; all engines and the heat pump together make about 3,500 in this size
LOAD = 3000 + 1400 * np.exp(-(((np.arange(48) - 15) / 4) ** 2))


def priced(price: float, level: float = 0.0) -> CapacityPrice:
    told = {"price": f"{price} EUR/kW/a"} | ({"level": f"{level} kW"} if level else {})
    return CapacityPrice.model_validate(told)


def producer(gas: float | None, level: float = 0.0) -> Producer:
    price = None if gas is None else priced(gas, level)
    production = DEMO.production.model_copy(update={"capacity": Capacity(gas=price)})
    return Producer(production, DEMO.market, 48, 0.5, 0)


def prospect(one: Producer) -> Prospect:
    electricity = np.array(DEMO.market.electricity)[HOUR]
    paid = {c.name: c.level for c in one.carriers}
    return Prospect(electricity, np.zeros(48), HOUR, one.content(), paid)


def test_a_plan_pays_what_it_says_and_draws_less_the_dearer_it_is() -> None:
    drawn, plain = [], producer(None)
    energy = plain.plan(prospect(plain), LOAD, gap=1e-6).cost
    for price in (1e-6, 0.05, 5.0):
        one = producer(price)
        plan = one.plan(prospect(one), LOAD, gap=1e-6)
        peak = highest(one.carriers, plan.heat, 48)["gas"]
        assert plan.cost >= energy - 1e-3
        assert plan.cost - price * peak >= energy - 0.01 * abs(energy)
        drawn.append(peak)
    assert drawn[0] >= drawn[1] >= drawn[2] and drawn[0] > drawn[2]


def test_a_level_that_is_paid_costs_nothing_more() -> None:
    plain, paid = producer(None), producer(5.0, level=1e6)
    plans = [p.plan(prospect(p), LOAD, gap=1e-6).cost for p in (plain, paid)]
    assert plans[0] == pytest.approx(plans[1], rel=1e-5)


def test_gas_is_metered_by_the_hour() -> None:
    one = producer(5.0)
    (gas,) = one.carriers
    assert gas.window == 2
    spike = {n: np.zeros(48) for n in one.makers} | {"boiler": np.eye(48)[7] * 920.0}
    assert highest(one.carriers, spike, 48)["gas"] == pytest.approx(500.0)
    assert increase_cost(one.carriers, {"gas": 500.0}, {"gas": 400.0}) == {"gas": 500.0}


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 999))
def test_who_follows_keeps_the_peak_while_others_can_help(seed: int) -> None:
    one = producer(5.0, level=5000.0)
    day = prospect(one)
    plan = one.plan(day, LOAD)
    allowed = max(5000.0, highest(one.carriers, plan.heat, 48)["gas"])
    measured = LOAD * np.random.default_rng(seed).uniform(0.9, 1.1, 48)
    lived = Following(one).run(plan, day, measured)
    spare = DEMO.production.units["peak"].power
    assert lived.short.max() < 1e-6
    if lived.heat["peak"].max() < spare - 1e-6:  # oil is left: gas need not be raised
        assert lived.highest["gas"] <= allowed + 1e-6
    assert lived.capacity["gas"] == pytest.approx(5.0 * max(lived.highest["gas"] - 5000.0, 0.0))


def test_bought_heat_may_have_a_price_for_capacity() -> None:
    units = dict(DEMO.production.units)
    price = priced(10.0)
    units["peak"] = units["peak"].model_copy(update={"capacity": price})
    declared: District = DEMO.model_copy(
        update={"production": DEMO.production.model_copy(
            update={"units": units, "capacity": Capacity()})}
    )  # fmt: skip
    one = Producer(declared.production, DEMO.market, 48, 0.5, 0)
    assert [c.name for c in one.carriers] == ["peak"]
    day = replace(prospect(one), highest={"peak": 0.0})
    plan = one.plan(day, LOAD * 1.6, gap=1e-6)
    dear = highest(one.carriers, plan.heat, 48)["peak"]
    free = Producer(declared.production, DEMO.market, 48, 0.5, 0)
    spent = free.plan(replace(day, highest={}), LOAD * 1.6, gap=1e-6)
    assert dear <= highest(free.carriers, spent.heat, 48)["peak"] + 1e-6
