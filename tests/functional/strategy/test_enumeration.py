"""Short plans against every choice of their binaries, each a programme of its own.

The independent programme states what a step may do when it feeds the hot sink and when it does
not, without binaries, splits or bounds that relax; the best of all choices is the optimum.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from rami.functional.strategy import PlantState
from tests.functional.strategy.equations import States, solve
from tests.functional.strategy.planning import Planning
from tests.functional.strategy.test_independent_lp import CAPACITY, LOADS, average_prices, station

STEPS = 4


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("basis", ["marginal", "average"])
def test_plan_is_the_best_of_all_choices(
    basis: str, seed: int, request: pytest.FixtureRequest
) -> None:
    setup: Planning = request.getfixturevalue(basis).with_settings(peak=False, gap=0.0)
    rng = np.random.default_rng(seed)
    first = int(rng.integers(0, 180))
    content = float(rng.uniform(0, 9000))
    reserve = min(0.12 * CAPACITY * 35, content)
    hot = float(rng.uniform(0, content - reserve))
    data, part = setup.data.part(first, STEPS), setup.prices.part(first, STEPS)
    buy = rng.uniform(-0.02, 0.2, STEPS)
    draw, feed = rng.uniform(0, 0.08, STEPS), rng.uniform(0, 0.12, STEPS)
    # a storage price for the end, a demand the engines' minimum load may exceed
    demand = rng.uniform(100, 3500, STEPS)
    override = {
        "owner.iess.el_buy": buy,
        "network.dhs.dhs.draw_price": draw,
        "network.dhs.dhs.feed_price": feed,
        "hts.hs.q_end": content + float(rng.uniform(-500, 500)),
        "hts.hs.q_min": reserve,
    }
    price = {"el_buy": buy, "co2": 0.2016 * 0.02487, "draw": draw, "feed": feed, "levy": 0.0256}
    loads = {k: data[c] for k, c in LOADS.items()}
    limit = np.minimum(4000, 0.97 * 9375 - demand)
    if basis == "marginal":
        sell = buy - rng.uniform(0.04, 0.06, STEPS)
        override |= {
            "owner.iess.el_sell": sell,
            "iess.production.demand": demand,
            "hts.hex_hnht.p_max": limit,
        }
        price["el_sell"] = sell
        loads["HNHT"] = demand
    else:
        value = setup.values(setup.controller.compiled(STEPS), first)
        price |= average_prices(loads["HNHT"], part.owner("iess").el_buy, price["co2"])
        price["cn"] = value["network.iess.cn.feed_price"]
        limit = value["hts.hex_hnht.p_max"]
    plan = setup.plan(
        first, STEPS, PlantState({"hts.hs": content}, {"hts.hs": hot}), None, override
    )
    compiled = setup.controller.compiled(STEPS)
    values = setup.values(compiled, first)
    slopes = {"HNHT": values["hts.hex_hnht.slope"], "IN": values["hts.hex_dhs_in.slope"]}
    s = station(setup, first, {k: float(v) for k, v in slopes.items()}, STEPS)
    s = replace(s, q_min=reserve, q_start=content, q_end=override["hts.hs.q_end"])
    s = replace(s, limit={**s.limit, "HNHT": limit})
    # the hot state's slope on its own, its share at 105 degC
    steep = float(values["hts.hex_hnht.slope_hot"])
    w = (105 - 60) / (80 - 60) - 1
    engines = product([False, True], repeat=STEPS) if basis == "marginal" else [(True,) * STEPS]
    best = min(
        found
        for on in engines
        for feeds in product([False, True], repeat=STEPS)
        if (
            found := solve(
                s, loads, price, basis == "marginal", States(feeds, on, w, 4000.0, steep, hot)
            )
        )
        is not None
    )
    scale = sum(abs(v) for v in plan.terms.values())
    assert abs(plan.objective - best) <= 1e-7 * scale
