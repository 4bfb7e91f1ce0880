"""Drawn districts: every deal leaves nobody worse off by a cent, money and energy close."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rami.asset.district.capacity import Capacity
from rami.asset.district.declaration import District
from rami.asset.district.scaling import scaled
from services.negotiation.loading import demo, load_district
from services.negotiation.side_by_side import compare

DEMO = load_district(demo())


@st.composite
def drawn(draw: st.DrawFn, most: int = 5) -> District:
    """The demo in another size, weather, habit, price and without some of its parts."""
    district = scaled(DEMO, draw(st.integers(4, most)))
    uniform = lambda a, b: draw(st.floats(a, b, allow_nan=False))  # noqa: E731
    buildings = {
        n: b.model_copy(update={"shift": uniform(0.05, 1.0), "discomfort": uniform(1e-3, 0.2),
                                "time_constant": 3600 * uniform(20, 150)})
        for n, b in district.buildings.items()
    }  # fmt: skip
    weather = district.weather.model_copy(update={"mean": uniform(-8, 6)})
    factor = uniform(0.3, 2.5)
    prices = [p * factor for p in district.market.electricity]
    production = district.production
    if draw(st.booleans()):
        production = production.model_copy(update={"capacity": Capacity()})
    return district.model_copy(update={
        "days": 1, "seed": draw(st.integers(0, 999)), "buildings": buildings,
        "weather": weather, "production": production,
        "market": district.market.model_copy(update={"electricity": prices}),
        "surplus": district.surplus if draw(st.booleans()) else {},
    })  # fmt: skip


def holds(district: District) -> None:
    found = compare(district, (0, 2), clock=lambda: 0.0)
    for step in found.steps.values():
        figures = step.figures()
        owned = sum(step.owners().values())
        assert owned == pytest.approx(figures["cost_EUR"] + figures["discomfort_EUR"], abs=0.01)
        for day in step.days:
            content = max(float(day.plant.sum()) * day.step_h, 1.0)
            assert abs(day.closure_kWh) < 1e-9 * content + 1e-6
    assert (
        found.steps[2].figures()["outside_band_Kh"]
        <= found.steps[0].figures()["outside_band_Kh"] + 1e-6
    )
    (day,) = found.steps[2].days
    assert day.talk is not None
    deal = day.talk.deal
    assert sum(day.paid.values()) == pytest.approx(0, abs=1e-6)
    if not deal.made:
        assert day.talk.because or deal.why
        assert not any(day.paid.values())
        return
    for party, without in day.talk.without.items():
        assert day.talk.with_[party] - deal.paid[party] <= without + 0.01, party
    assert day.talk.gap is not None and day.talk.gap > -1e-6
    assert np.isfinite(day.plant).all()


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn())
def test_nobody_is_worse_off(district: District) -> None:
    holds(district)


@pytest.mark.soak
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn(most=24))
def test_nobody_is_worse_off_in_many(district: District) -> None:
    holds(district)
