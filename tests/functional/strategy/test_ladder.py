"""Every rung of the ladder is reached, named in the schedule, and physically sound."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from rami.core.errors import InfeasibleError
from rami.functional.strategy import PlantState, ladder
from rami.functional.strategy.solver import NoSolution, Search
from tests.functional.strategy.physics import violations
from tests.functional.strategy.planning import Planning

START = 4989.0
STATE = PlantState({"hts.hs": START})


def sound(setup: Planning, plan: object) -> None:
    assert violations(setup.site, plan, {"hts.hs": START}) == []  # type: ignore[arg-type]


def refuse(*_: object) -> None:
    raise NoSolution("made to fail")


@pytest.fixture(params=["marginal", "average"])
def setup(request: pytest.FixtureRequest) -> Planning:
    found: Planning = request.getfixturevalue(request.param)
    return found


def test_milp_keeps_its_gap(setup: Planning) -> None:
    plan = setup.plan(state=STATE)
    assert plan.rung == "milp"
    assert plan.bound is not None
    assert plan.bound <= plan.objective
    turnover = sum(abs(v) for v in plan.terms.values())
    # the gap is 1e-4 of the turnover by columns, in which costs of one term do not cancel
    assert 0 <= plan.gap <= 3e-4 * turnover
    revenues = sum(v for k, v in plan.terms.items() if k.startswith("R_"))
    costs = sum(v for k, v in plan.terms.items() if not k.startswith("R_"))
    assert costs - revenues == pytest.approx(plan.objective, abs=1e-6 * turnover)
    assert plan.notes == ()
    sound(setup, plan)


def test_deadline_that_is_met_gives_the_same_plan(setup: Planning) -> None:
    plan = setup.with_settings(deadline=600.0).plan(state=STATE)
    assert plan.rung == "milp"
    np.testing.assert_array_equal(plan.values, setup.plan(state=STATE).values)


def test_incumbent_at_the_deadline(setup: Planning, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is up at the first solution; the search is not waited for."""

    def first_solution(search: Search, deadline: float) -> bool:
        assert search.improved.wait(60)
        return True

    monkeypatch.setattr(Search, "expired", first_solution)
    plan = setup.with_settings(deadline=1.0, gap=0.0).plan(state=STATE)
    assert plan.rung == "incumbent"
    assert plan.bound is not None
    assert plan.objective >= plan.bound
    sound(setup, plan)


def test_no_solution_in_time_is_rounded(setup: Planning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", lambda thread: None)
    late = setup.with_settings(deadline=0.01)
    plan = late.plan(state=STATE)
    assert plan.rung == "rounded"
    assert plan.notes == ("milp: no solution within 0.01 s",)
    sound(setup, plan)


def test_rounded_is_near_and_its_bound_holds(setup: Planning) -> None:
    best = setup.plan(state=STATE)
    plan = setup.with_settings(rungs=("rounded",)).plan(state=STATE)
    assert plan.rung == "rounded"
    assert plan.bound is not None
    turnover = sum(abs(v) for v in best.terms.values())
    assert plan.bound <= best.objective + 1e-6
    assert best.objective - 1e-4 * turnover <= plan.objective <= best.objective + 2e-2 * turnover
    assert plan.objective - plan.gap == pytest.approx(plan.bound)
    sound(setup, plan)


@pytest.mark.parametrize("ahead", [0, 24, 96])
def test_shifted_goes_on_with_the_schedule_before(
    setup: Planning, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    before = setup.plan(0, 96)
    monkeypatch.setattr(ladder, "solve_linear", refuse)
    plan = setup.plan(ahead, 96, STATE, before)
    assert plan.rung == "shifted"
    assert plan.notes == ("linear programme: made to fail",)
    assert plan.bound is None
    sound(setup, plan)
    kept = plan.column("hts.hex_hnlt.P")[:40]
    moved = np.tile(before.column("hts.hex_hnlt.P"), 2)[ahead : ahead + 40]
    assert np.abs(kept - moved).mean() < 0.2 * moved.mean()


def test_rules_always_exist(setup: Planning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "solve_linear", refuse)
    plan = setup.plan(state=STATE)
    assert plan.rung == "rules"
    powers = [plan.column(c) for c in plan.columns if c.endswith((".P", ".P_el"))]
    assert all((p == 0).all() for p in powers)
    assert (plan.column("hts.T_flow") == 95).all()
    sound(setup, plan)


def test_an_infeasible_plan_says_so(setup: Planning) -> None:
    """A storage that is fuller than it may be and cannot give anything off."""
    stuck = {"hts.hs.q_max": 100.0, "hts.hs.p_max": 0.0}
    plan = setup.plan(override=stuck)
    assert plan.rung == "rules"
    assert plan.notes == ("linear programme: the solver says infeasible",)
    with pytest.raises(InfeasibleError, match=r"solver says infeasible; rungs allowed: milp; "):
        setup.with_settings(rungs=("milp",)).plan(override=stuck)


def test_same_input_same_bytes(setup: Planning) -> None:
    other = setup.with_settings()
    other.plan(30)
    assert setup.plan(7).values.tobytes() == other.plan(7).values.tobytes()
