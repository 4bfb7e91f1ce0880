"""The demo's winter week at full size, with either kind of production."""

from __future__ import annotations

import pytest

from services.negotiation.loading import demo, load_district
from services.negotiation.side_by_side import compare


@pytest.mark.soak
@pytest.mark.parametrize(("name", "peak"), [("demo", 0.95), ("demo-engines", 1.0)])
def test_the_demo_week_holds_its_promises(name: str, peak: float) -> None:
    declared = load_district(demo(name))
    assert declared.groups == 300 and len(declared.network.sections) == 20
    found = compare(declared, (0, 1, 2), clock=lambda: 0.0)
    figures = {k: r.figures() for k, r in found.steps.items()}
    assert figures[2]["cost_EUR"] < figures[1]["cost_EUR"] < figures[0]["cost_EUR"]
    mornings = [figures[k]["morning_peak_mean_kW"] for k in (0, 2)]
    # gas engines make heat cheap in the morning: there it hardly falls
    assert mornings[1] <= peak * mornings[0]
    assert figures[2]["outside_band_Kh"] <= figures[0]["outside_band_Kh"] + 1e-6
    assert figures[2]["short_kWh"] == pytest.approx(0, abs=1.0)
    for day in found.steps[2].days:
        assert day.talk is not None
        assert day.talk.gap is not None and -1e-6 <= day.talk.gap <= 0.03
        assert min(day.talk.deal.gain.values(), default=0.0) >= 0
        assert sum(day.paid.values()) == pytest.approx(0, abs=1e-6)
