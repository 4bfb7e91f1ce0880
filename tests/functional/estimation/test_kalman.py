"""The filter's update against the textbook and against least squares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.functional.estimation.estimate import chi2_high
from rami.functional.estimation.kalman import OUTLYING, robust, updated


def _drawn(seed: int, n: int, m: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n)) * rng.choice([0.1, 1.0, 30.0], size=(n, 1))
    h = rng.normal(size=(m, n)) * rng.choice([0.01, 1.0, 50.0], size=(m, 1))
    return root @ root.T, h, rng.normal(size=m), rng.uniform(0.01, 4.0, m)


@given(seed=st.integers(0, 10_000), n=st.integers(1, 12), m=st.integers(0, 20))
def test_update_is_the_textbooks(seed: int, n: int, m: int) -> None:
    p, h, residual, variance = _drawn(seed, n, m)
    found = updated(p, h, residual, variance)
    total = h @ p @ h.T + np.diag(variance)
    gain = np.linalg.solve(total, h @ p).T
    scale = max(1.0, np.abs(p).max())
    assert found.change == pytest.approx(gain @ residual, rel=1e-5, abs=1e-6 * np.sqrt(scale))
    assert found.covariance == pytest.approx(p - gain @ h @ p, abs=1e-7 * scale)
    assert found.nis == pytest.approx(
        residual @ np.linalg.solve(total, residual), rel=1e-5, abs=1e-7
    )
    assert np.array_equal(found.covariance, found.covariance.T)
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-9 * scale


def test_the_covariance_stays_positive_over_exact_measurements() -> None:
    p = np.diag([1e6, 1.0, 1e-6])
    h = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0 + 1e-9]])
    for _ in range(50):
        p = updated(p, h, np.zeros(2), np.full(2, 1e-10)).covariance
    assert np.linalg.eigvalsh(p).min() > -1e-12


def test_a_spike_moves_the_state_no_further_than_an_outlier() -> None:
    p, h = np.eye(1), np.eye(1)
    variance = np.array([0.04])
    limit = OUTLYING * np.sqrt(1.04)
    at_limit = robust(p, h, np.array([limit]), variance)
    spike = robust(p, h, np.array([100.0 * limit]), variance)
    assert at_limit.change[0] == pytest.approx(limit / 1.04)
    assert abs(spike.change[0]) < at_limit.change[0]
    assert spike.innovations[0] == pytest.approx(100.0 * OUTLYING)
    assert spike.nis == pytest.approx((100.0 * OUTLYING) ** 2)
    assert spike.covariance[0, 0] > 0.9


@pytest.mark.parametrize(
    ("count", "exact"), [(1, 6.635), (5, 15.086), (30, 50.892), (100, 135.807)]
)
def test_quantile_of_chi_square(count: int, exact: float) -> None:
    assert chi2_high(count) == pytest.approx(exact, rel=0.015)
    assert chi2_high(0) == 0.0
