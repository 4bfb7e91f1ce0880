"""The demo's winter week at full size."""

from __future__ import annotations

import pytest

from services.negotiation.loading import demo, load_district
from services.negotiation.side_by_side import compare


@pytest.mark.soak
def test_the_demo_week_holds_its_promises() -> None:
    declared = load_district(demo())
    assert declared.groups == 300 and len(declared.network.sections) == 20
    found = compare(declared, (0, 1, 2), clock=lambda: 0.0)
    figures = {k: r.figures() for k, r in found.steps.items()}
    assert figures[2]["cost_EUR"] < figures[1]["cost_EUR"] < figures[0]["cost_EUR"]
    assert figures[2]["outside_band_Kh"] <= figures[0]["outside_band_Kh"] + 1e-6
    assert figures[2]["short_kWh"] == pytest.approx(0, abs=1.0)
    for day in found.steps[2].days:
        assert day.talk is not None
        assert day.talk.gap is not None and -1e-6 <= day.talk.gap <= 0.03
        assert min(day.talk.deal.gain.values(), default=0.0) >= 0
        assert sum(day.paid.values()) == pytest.approx(0, abs=1e-6)
