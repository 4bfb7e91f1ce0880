from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.functional.technical.allocation import allocate

LIMITS = st.lists(
    st.tuples(st.floats(0, 2000), st.floats(0, 5000)).map(lambda t: (t[0], t[0] + t[1])),
    min_size=1,
    max_size=5,
)


@given(LIMITS, st.floats(-1000, 30000), st.randoms(use_true_random=False))
def test_limits_hold_and_the_sum_fits(
    limits: list[tuple[float, float]], required: float, draw: object
) -> None:
    low, high = [a for a, _ in limits], [b for _, b in limits]
    order = list(range(len(limits)))
    draw.shuffle(order)  # type: ignore[attr-defined]
    heat = allocate(required, low, high, order)
    assert all(a - 1e-6 <= h <= b + 1e-6 for h, a, b in zip(heat, low, high, strict=True))
    assert sum(heat) == pytest.approx(min(max(required, sum(low)), sum(high)), abs=1e-6)


def test_the_cheapest_gives_first_and_minimum_loads_come_before() -> None:
    low, high = [800.0, 0.0, 0.0], [1600.0, 2000.0, 5000.0]
    assert allocate(500.0, low, high, [1, 0, 2]) == [800.0, 0.0, 0.0]
    assert allocate(1500.0, low, high, [1, 0, 2]) == [800.0, 700.0, 0.0]
    assert allocate(4000.0, low, high, [1, 0, 2]) == [1600.0, 2000.0, 400.0]
    assert allocate(4000.0, low, high, [2, 1, 0]) == [800.0, 0.0, 3200.0]
