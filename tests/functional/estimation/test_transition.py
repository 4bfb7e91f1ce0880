"""One step of a linear model with noise, against matrix exponentials of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from rami.functional.estimation.transition import discretise


def _stable(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, n)) * rng.choice([1e-4, 1e-2, 0.5], size=(n, 1))
    return np.asarray(a - np.diag(np.abs(a).sum(axis=1)))


@given(n=st.integers(1, 8), seed=st.integers(0, 10_000), seconds=st.sampled_from([0.5, 3.0, 300.0]))
def test_as_van_loan_has_it(n: int, seed: int, seconds: float) -> None:
    a = _stable(n, seed)
    q = np.random.default_rng(seed).uniform(0.0, 0.1, n)
    transition, noise = discretise(a, q, seconds)
    assert transition == pytest.approx(expm(a * seconds), rel=1e-6, abs=1e-7)
    block = np.block([[-a, np.diag(q)], [np.zeros((n, n)), a.T]])
    if np.abs(block).sum(axis=1).max() * seconds < 15.0:  # beyond it exp(-a) drowns the rest
        whole = expm(block * seconds)
        exact = whole[n:, n:].T @ whole[:n, n:]
        assert noise == pytest.approx(exact, rel=1e-3, abs=1e-4 * noise.max())
    assert np.linalg.eigvalsh(noise).min() >= -1e-12 * max(1.0, noise.max())


def test_a_stiff_state_comes_to_rest_and_a_slow_one_wanders() -> None:
    rates = np.array([0.5, 1e-7])
    transition, noise = discretise(-np.diag(rates), 2.0 * rates, 600.0)
    assert noise[0, 0] == pytest.approx(1.0, rel=1e-3)
    assert noise[1, 1] == pytest.approx(1.2e-4, rel=1e-3)
    assert transition[0, 0] == pytest.approx(0.0, abs=1e-9)


def test_no_dynamics_at_all() -> None:
    transition, noise = discretise(np.zeros((2, 2)), np.array([1.0, 0.0]), 5.0)
    assert np.array_equal(transition, np.eye(2))
    assert noise == pytest.approx(np.diag([5.0, 0.0]))
