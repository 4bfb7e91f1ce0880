"""Plans of described stores: by hand, and against every way there is to run a small one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from rami.functional.flexibility import Ask, Element, Mode, Store, Switch, plan_store

OFF = Mode("off", (Element(40, 70, (0, 0), (0, 0)),))
ON = Mode("on", (Element(40, 70, (0, 10 / 3600), (0, 20)),))
BOTH = {("off", "on"): Switch(), ("on", "off"): Switch()}
STORE = Store(40, 70, (OFF, ON), ((40, 70, 0.5 / 3600),), BOTH)
NONE = np.zeros(24)


def test_what_is_drawn_and_lost_is_filled_up_where_that_was_expected() -> None:
    ask = Ask(3600, NONE, NONE + 7, NONE + 3 / 3600, penalty=1.0)
    plan = plan_store(STORE, 55, "off", ask)
    assert plan.power == pytest.approx(7)
    assert plan.level[-1] == pytest.approx(55 + 24 * (3.5 - 3 - 0.5))
    assert plan.excess == 0


def test_a_price_moves_heat_within_the_levels_and_none_is_missing_at_the_end() -> None:
    price = np.where(np.arange(24) < 8, 0.05, 0.15)
    plan = plan_store(STORE, 55, "off", Ask(3600, price, NONE, NONE + 3 / 3600, end=52.0))
    assert plan.level.min() >= 40 - 1e-9 and plan.level.max() <= 70 + 1e-9
    assert plan.level[-1] >= 52 - 1e-6
    assert plan.level[7] == pytest.approx(70), "full before it gets dear"
    assert price @ plan.power < price @ np.full(24, 7.0) * 0.85


def test_no_plan_of_a_few_steps_is_better() -> None:
    two = Mode("two", (Element(0, 8, (1, 1), (10, 10), (0.01, 0.01)),))
    rest = Mode("rest", (Element(0, 8, (0, 0), (1, 1)),))
    switches = {("rest", "two"): Switch(0.3), ("two", "rest"): Switch(0.0)}
    store = Store(0, 8, (rest, two), switches=switches)
    rng = np.random.default_rng(4)
    for _ in range(6):
        price, usage = rng.uniform(-0.1, 1, 5), rng.integers(0, 2, 5).astype(float)
        ask = Ask(1.0, price * 3600, np.zeros(5), usage, end=2.0)
        plan = plan_store(store, 4, "rest", ask)
        costs = []
        for way in product((0, 1), repeat=5):
            levels = 4 + np.cumsum(np.array(way) - usage)
            if levels.min() < 0 or levels.max() > 8 or levels[-1] < 2:
                continue
            power = np.where(way, 10, 1)
            starts = sum(b > a for a, b in zip((0, *way), way, strict=False))
            costs.append(float(price @ power) + 0.3 * starts + 0.01 * sum(way))
        assert float(price @ plan.power) + plan.cost == pytest.approx(min(costs))


def test_modes_that_nothing_leads_to_are_not_used() -> None:
    stuck = Store(40, 70, (OFF, ON), switches={("on", "off"): Switch()})
    plan = plan_store(stuck, 55, "off", Ask(3600, NONE - 1, NONE, NONE))
    assert not plan.power.any()
    slow = Store(40, 70, (OFF, ON), switches={k: Switch(0.0, 7200.0) for k in BOTH})
    assert not plan_store(slow, 55, "off", Ask(3600, NONE - 1, NONE, NONE)).power.any()
    assert plan_store(slow, 55, "off", Ask(7200, NONE - 1, NONE, NONE)).power.any()


def test_two_modes_share_a_step_of_a_device_that_is_on_or_off() -> None:
    on = Mode("on", (Element(40, 70, (40 / 3600, 40 / 3600), (80, 80)),))
    store = Store(40, 70, (OFF, on), switches=BOTH)
    plan = plan_store(
        store, 41, "off", Ask(3600, NONE[:4], NONE[:4] + 20, NONE[:4] + 10 / 3600, 1.0)
    )
    assert plan.power == pytest.approx(20)
    assert {len(p) for p in plan.pieces} == {2}


def test_a_level_that_cannot_be_kept_is_left_by_as_little_as_can_be() -> None:
    plan = plan_store(STORE, 42, "off", Ask(3600, NONE[:3], NONE[:3], NONE[:3] + 12 / 3600))
    assert plan.power == pytest.approx(20)
    assert plan.excess == pytest.approx(40 - (42 - 3 * 2.5))


def test_levels_wanted_at_times_are_met_where_that_is_worth_it() -> None:
    low = np.array([40.0, 40, 60, 60])
    ask = Ask(3600, NONE[:4] + 0.1, NONE[:4], NONE[:4], 0.0, low, None, outside=1000.0)
    plan = plan_store(STORE, 45, "off", ask)
    assert plan.level[2] >= 60 - 1e-6
    assert plan.level[1] < 60
