"""Steps 0 to 3 on a small district: money, energy, comfort, bound, privacy, bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rami.asset.district.declaration import District
from rami.core.errors import ConfigurationError
from rami.functional.district.joint import plan_jointly
from services.negotiation.loading import demo
from services.negotiation.side_by_side import Comparison, as_json, compare
from services.negotiation.week import LivedDistrict
from services.report.negotiation import write_page


@pytest.fixture(scope="module")
def found(district: District) -> Comparison:
    return compare(district, clock=lambda: 0.0)


def test_energy_closes(found: Comparison) -> None:
    for step in found.steps.values():
        for day in step.days:
            assert abs(day.closure_kWh) < 1e-6
            made = sum(day.heat.values()) * 1000
            sent = float(day.plant.sum() - day.delivered.sum()) * day.step_h
            # what is made goes into the network or the storage; no more is short than told
            assert made > 0 and abs(made - sent) < 0.2 * sent


def test_money_adds_up(found: Comparison) -> None:
    for step in found.steps.values():
        figures = step.figures()
        owned = sum(step.owners().values())
        assert owned == pytest.approx(figures["cost_EUR"] + figures["discomfort_EUR"], abs=0.01)
        for day in step.days:
            assert sum(day.paid.values()) == pytest.approx(0, abs=1e-6)


def test_every_deal_is_rational_to_a_cent(found: Comparison) -> None:
    deals = [d.talk for k in (2, 3) for d in found.steps[k].days if d.talk]
    assert any(t.deal.made for t in deals)
    for talk in deals:
        if talk.deal.made:
            for party, without in talk.without.items():
                after = talk.with_[party] - talk.deal.paid[party]
                assert after <= without + 0.01, party


def test_comfort_is_no_worse_than_without_talking(found: Comparison) -> None:
    outside = {k: r.figures()["outside_band_Kh"] for k, r in found.steps.items()}
    assert all(v <= outside[0] + 1e-6 for v in outside.values())


def test_nothing_beats_the_bound_and_the_gap_is_small(found: Comparison) -> None:
    for k in (2, 3):
        for day in found.steps[k].days:
            assert day.talk is not None and day.talk.gap is not None
            assert -1e-6 <= day.talk.gap <= 0.03


def test_planning_together_costs_no_more_on_the_same_forecast(found: Comparison) -> None:
    two, three = (found.steps[k].days[0].talk for k in (2, 3))
    assert two is not None and three is not None
    # both start from the same morning; the joint plan may lose by the producer's whole engines
    assert three.cost <= two.cost * 1.01


def test_report_and_results_say_where_figures_come_from(found: Comparison, tmp_path: Path) -> None:
    told = as_json(found, demo())
    assert "synthetic" in told["provenance"]["data"]
    json.dumps(told, allow_nan=False)
    write_page(found, told, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    for words in ("nobody talks", "synthetic", "sum of payments", "Lagrangian"):
        assert words in text


def test_same_bytes_twice(district: District) -> None:
    texts = [
        json.dumps(as_json(compare(district, (2,), clock=lambda: 0.0), demo())) for _ in range(2)
    ]
    assert texts[0] == texts[1]


def test_plants_follow_the_load(found: Comparison) -> None:
    for step in found.steps.values():
        for day in step.days:
            assert day.short_kWh == pytest.approx(0, abs=1.0)
            assert np.isfinite(day.plant).all()


def test_a_joint_plan_that_owners_do_not_allow_is_refused(district: District) -> None:
    bargain = district.negotiation.model_copy(update={"joint": False})
    with pytest.raises(ConfigurationError, match="allow no joint plan"):
        compare(district.model_copy(update={"negotiation": bargain}), (3,))


def test_more_tangents_raise_the_bound_and_never_beyond_a_plan(district: District) -> None:
    lived = LivedDistrict(district, clock=lambda: 0.0)
    lived.table.bounded = False
    day = lived.days[0]
    lived.begin(day)
    lived.pass_on(day)
    load = lived.network.flowed.plant.copy()
    programmes = lived.table._programmes(load)
    coarse, close = (plan_jointly(load, *programmes, close=c).optimum for c in (False, True))
    assert coarse <= close + 1e-4
    assert close <= lived.table.talk(day, jointly=False).cost + 1e-4
