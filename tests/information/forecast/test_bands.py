"""Quantiles ascend, respect a floor and cover what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.core.timegrid import NS
from rami.information.forecast.bands import quantiles
from rami.information.forecast.calendar import DAY_NS
from rami.information.forecast.forecast import Errors

LEVELS = (0.05, 0.1, 0.5, 0.9, 0.95)


def _errors(residuals: np.ndarray, points: np.ndarray | None = None) -> Errors:  # type: ignore[type-arg]
    issues = DAY_NS * np.arange(len(residuals), dtype=np.int64)
    return Errors(issues, residuals, np.ones_like(residuals) if points is None else points)


@given(st.integers(0, 10_000), st.integers(3, 40), st.sampled_from([None, 0.0]), st.floats(0, 1))
@settings(max_examples=60)
def test_quantiles_ascend_and_keep_the_floor(
    seed: int, days: int, floor: float | None, missing: float
) -> None:
    rng = np.random.default_rng(seed)
    residuals = rng.standard_t(2, (days, 24)) * 3
    residuals[rng.random(residuals.shape) < missing * 0.9] = np.nan
    point = np.abs(rng.standard_normal(24))
    band = quantiles(point, _errors(residuals, np.abs(residuals)), LEVELS, 3600 * NS, floor)
    known = np.isfinite(band).all(axis=1)
    assert (np.diff(band[known], axis=1) >= 0).all()
    assert floor is None or (band[known] >= floor).all()


@pytest.mark.parametrize("draw", ["normal", "exponential", "uniform"])
@pytest.mark.parametrize("days", [10, 60])
def test_coverage_of_exchangeable_noise(draw: str, days: int) -> None:
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(150):
        sample = getattr(rng, draw)(size=(days + 1, 24))
        band = quantiles(np.zeros(24), _errors(sample[:days]), LEVELS, 3600 * NS, None)
        inside.append((sample[days] >= band[:, 1]) & (sample[days] <= band[:, 3]))
    assert 0.79 <= np.mean(inside) <= 0.87


def test_too_few_residuals_say_nothing() -> None:
    band = quantiles(np.zeros(24), _errors(np.ones((2, 24))), LEVELS, 3600 * NS, None)
    assert np.isnan(band).all()


def test_bands_follow_the_season() -> None:
    """A demand four times as large has errors twice as large."""
    rng = np.random.default_rng(1)
    residuals = rng.standard_normal((40, 24))
    errors = _errors(residuals, np.full((40, 24), 100.0))
    narrow, wide = (
        quantiles(np.full(24, level), errors, LEVELS, 3600 * NS, 0.0) for level in (100.0, 400.0)
    )
    np.testing.assert_allclose(wide - 400, 2 * (narrow - 100), rtol=1e-9)
