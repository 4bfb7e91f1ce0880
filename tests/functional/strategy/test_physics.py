"""The checks that schedules are held to can fail, each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rami.functional.schedule import Schedule
from tests.functional.strategy.physics import violations
from tests.functional.strategy.planning import Planning


@pytest.fixture(scope="module")
def plan(average: Planning) -> Schedule:
    return average.plan()


def changed(plan: Schedule, path: str, change: Callable[[np.ndarray], np.ndarray]) -> Schedule:
    values = plan.values.copy()
    place = plan.columns.index(path)
    values[:, place] = change(values[:, place])
    return replace(plan, values=values)


def start(setup: Planning) -> dict[str, float]:
    storage = setup.site.twins["hts"].components["hs"]
    return {"hts.hs": storage.start_content * storage.content_max}  # type: ignore[attr-defined]


def test_the_plan_keeps_them_all(average: Planning, plan: Schedule) -> None:
    assert violations(average.site, plan, start(average)) == []
    assert plan.column("hts.hex_dhs_out.P").max() > 100
    assert plan.column("hts.hp.P_el").max() > 100


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        ("hts.hex_hnht.P", lambda p: p * 0.99, "eq. 4 does not close"),
        ("hts.hs.P", lambda p: -p, "eq. 11"),
        ("hts.hs.Q", lambda q: q * 0.99, "eq. 11"),
        ("hts.hp.P_el", lambda p: p * 1.01, "hp: eq. 6"),
        ("hts.hp.P_th", lambda p: p * 20, "more than their share"),
        ("hts.hex_dhs_in.P", lambda p: p + 5.0, "in and out in one step"),
        ("hts.hex_hnlt.P", lambda p: p + 4000, "outside its design power"),
        ("hts.ih.P_el", lambda p: p + 1001, "ih: eq. 10"),
        ("hts.circuit.T_flow", lambda t: t * 0 + 95, "colder than a running sink needs"),
    ],
)
def test_each_check_fails_where_it_should(
    average: Planning,
    plan: Schedule,
    path: str,
    change: Callable[[np.ndarray], np.ndarray],
    message: str,
) -> None:
    found = violations(average.site, changed(plan, path, change), start(average))
    assert any(message in line for line in found), found
