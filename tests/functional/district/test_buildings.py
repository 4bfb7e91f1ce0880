"""Building groups: first law, limits of what they shift, price of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.asset.district.scaling import scaled
from rami.functional.district.building import BuildingModel
from rami.functional.district.demand import OwnForecast, gains, wanted
from rami.functional.district.flexible import Flexible
from rami.functional.district.stock import Stock, stock
from services.negotiation.loading import demo, load_district
from services.negotiation.world import days

DISTRICT = scaled(load_district(demo()), 12).model_copy(update={"days": 1})
STOCK = stock(DISTRICT)
DAYS = days(DISTRICT, STOCK.count)
MODEL = BuildingModel(STOCK, 0.5)


def ready() -> tuple[Stock, OwnForecast, np.ndarray]:
    start = MODEL.steady(-2.0, wanted(STOCK, DAYS[0].real)[:, 0])
    return STOCK, OwnForecast(MODEL, 1.0), start


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 9999))
def test_first_law(seed: int) -> None:
    random = np.random.default_rng(seed)
    s = STOCK
    start = np.column_stack([random.uniform(15, 24, s.count), random.uniform(5, 20, s.count)])
    outdoor, warm = random.uniform(-15, 12, 48), random.uniform(0, 3, (s.count, 48))
    aim = random.uniform(17, 23, (s.count, 48))
    c = MODEL.course(start, outdoor, warm, aim)
    stored = s.quick * (c.indoor[:, -1] - start[:, 0])
    stored += s.structure * (c.structure[:, -1] - start[:, 1])
    put_in = (c.heating + warm - c.loss).sum(axis=1) * 0.5
    assert np.allclose(put_in, stored, atol=1e-6 * np.abs(c.loss).sum())
    assert (c.heating <= s.heating_max[:, None] + 1e-9).all() and (c.heating >= 0).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 9999), st.floats(0.0, 0.3), st.floats(1e-4, 0.05))
def test_answers_keep_every_limit(seed: int, swing: float, penalty: float) -> None:
    random = np.random.default_rng(seed)
    s, own, start = ready()
    day = DAYS[1]
    expected = own.expect(start, day.expected)
    hour = day.expected.hour
    low, high = s.low[:, hour], s.high[:, hour]
    flexible = Flexible(MODEL, expected.course, low, high)
    price = 0.05 + swing * random.standard_normal((s.count, 48))
    change = flexible.answer(price, np.full(s.count, penalty), np.zeros((s.count, 48)))
    power = expected.course.heating + change
    assert (power >= -1e-9).all() and (power <= s.heating_max[:, None] + 1e-9).all()
    # the same heating, simulated: the band holds for those moved, heat is not borrowed
    warmer = flexible.warmer(change) / s.shift[:, None]
    felt = expected.course.indoor + warmer
    before = np.maximum(low - expected.course.indoor, expected.course.indoor - high)
    after = np.maximum(low - felt, felt - high)
    assert (after <= np.maximum(before, 0.0) + 1e-6).all()
    assert ((flexible.stored * change).sum(axis=1) >= -1e-6).all()
    assert (flexible.discomfort(change) >= 0).all()


def test_the_linear_response_is_the_model() -> None:
    s, _, start = ready()
    day = DAYS[1]
    warm = gains(s, day.expected)
    base = MODEL.course(start, day.expected.outdoor, warm, wanted(s, day.expected))
    flexible = Flexible(MODEL, base, np.full((s.count, 48), 0.0), np.full((s.count, 48), 40.0))
    change = flexible.within(0.2 * s.heating_max[:, None] * np.sin(np.arange(48) / 5)[None, :])
    moved = MODEL.course(
        start, day.expected.outdoor, warm, base.indoor + flexible.warmer(change), least=-1e9
    )
    assert np.allclose(moved.heating - base.heating, change, atol=1e-6 * s.heating_max.max())


def test_discomfort_is_convex_and_more_price_moves_more() -> None:
    s, own, start = ready()
    day = DAYS[1]
    course = own.expect(start, day.expected).course
    hour = day.expected.hour
    moved = []
    for height in (0.02, 0.1):
        flexible = Flexible(MODEL, course, s.low[:, hour], s.high[:, hour])
        price = np.where((hour >= 6) & (hour < 9), 0.05 + height, 0.05)
        change = np.zeros((s.count, 48))
        for _ in range(20):
            change = flexible.answer(
                np.broadcast_to(price, change.shape), np.full(s.count, 1e-3), change
            )
        moved.append(-change[:, (hour >= 6) & (hour < 9)].sum())
        half = flexible.discomfort(change / 2).sum()
        assert half == pytest.approx(flexible.discomfort(change).sum() / 4)
    assert moved[1] > moved[0] > 0


def test_forecast_band_holds_what_it_says() -> None:
    _, own, start = ready()
    e = own.expect(start, DAYS[1].expected)
    assert (e.low <= e.power).all() and (e.power <= e.high).all()
    assert (e.low >= 0).all()
