"""What the plant gave, shared out by engineering data."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rami.functional.district.split import EngineeringData, smoothed, split, steady_loss, weights

DATA = EngineeringData(
    ("a", "b"), ("s", "s"), np.array([10_000.0, 30_000.0]), np.array([100.0, 0.0]), np.ones(2)
)


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=48),
    st.integers(1, 20),
    st.integers(0, 100),
)
def test_all_of_it_is_shared_out(available: list[float], groups: int, seed: int) -> None:
    weight = np.random.default_rng(seed).uniform(0, 1, (groups, len(available)))
    weight[:, ::2] *= seed % 2
    parts = split(np.array(available), weight)
    np.testing.assert_allclose(parts.sum(axis=0), available, rtol=1e-12, atol=1e-9)
    assert (parts >= 0).all()


def test_a_year_of_the_declared_weather_gives_the_annual_energy() -> None:
    air = np.full(8760, 16.0 - 80_000.0 / 8760)
    found = weights(DATA, air, 16.0, 80_000.0, 25.0)
    np.testing.assert_allclose(found.sum(axis=1), DATA.annual)


def test_in_summer_only_hot_water_counts() -> None:
    found = weights(DATA, np.full(3, 25.0), 16.0, 80_000.0, 25.0)
    np.testing.assert_allclose(found[0], 2_500.0 / 8760)
    assert not found[1].any()


def test_air_is_felt_late() -> None:
    felt = smoothed(np.r_[np.zeros(24), np.full(24, 10.0)], 1.0, 24.0)
    assert felt[23] == 0 and 6.0 < felt[-1] < 6.4
    np.testing.assert_array_equal(smoothed(np.arange(5.0), 1.0, 0.0), np.arange(5.0))


def test_losses_follow_the_temperatures() -> None:
    loss = steady_loss(np.array([0.5, 1.5]), 8.0, np.array([80.0, 2.0]), np.array([40.0, 2.0]))
    np.testing.assert_allclose(loss, [2.0 * (80 + 40 - 16), 0.0])
