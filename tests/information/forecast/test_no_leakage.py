"""Nothing measured after an issue changes a forecast; equal tasks give equal bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.information.forecast.combination import Combination
from rami.information.forecast.direct import ridge
from rami.information.forecast.fallback import WithFallback
from rami.information.forecast.forecast import Forecast
from rami.information.forecast.methods import forecaster
from rami.information.forecast.naive import Persistence
from rami.information.forecast.task import Task
from tests.information.forecast.conftest import history, task

METHODS = ("ridge", "seasonal_naive", "last_week", "persistence", "typical_profile")


def _same(a: Forecast, b: Forecast) -> bool:
    return (
        a.values.tobytes() == b.values.tobytes()
        and a.quantiles.tobytes() == b.quantiles.tobytes()
        and a.method == b.method
    )


def _series(seed: int, days: int = 24) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(seed)
    hours = np.arange(days * 24)
    return 10 + 3 * np.sin(2 * np.pi * hours / 24) + rng.standard_normal(days * 24)


@given(
    st.integers(0, 99), st.integers(2, 21), st.integers(0, 23), st.sampled_from(METHODS), st.floats(
        -1e6, 1e6
    )
)  # fmt: skip
@settings(max_examples=40)
def test_the_future_of_the_series_is_not_seen(
    seed: int, day: int, hour: int, method: str, other: float
) -> None:
    values = _series(seed)
    changed = values.copy()
    changed[day * 24 + hour :] = other
    one, two = (task(history(v), day, issue_h=hour) for v in (values, changed))
    assert _same(*(WithFallback(forecaster(method)).fit(t).predict(t) for t in (one, two)))


@given(st.integers(0, 99), st.integers(10, 20), st.floats(-30, 30))
@settings(max_examples=5)
def test_of_the_temperature_only_the_horizon_is_seen(seed: int, day: int, other: float) -> None:
    values, air = _series(seed), _series(seed + 1)
    changed = air.copy()
    changed[(day + 2) * 24 :] = other
    forecasts = []
    for temperature in (air, changed):
        t = task(history(values), day, temperature=history(temperature), noise=1.5)
        forecasts.append(ridge().fit(t).predict(t))
    assert _same(*forecasts)


@given(st.integers(0, 99), st.integers(1, 9))
@settings(max_examples=15)
def test_a_model_learned_before_uses_only_what_was_known_at_the_issue(
    seed: int, later: int
) -> None:
    values = _series(seed)
    fitted = ridge().fit(task(history(values), 12))
    changed = values.copy()
    changed[(12 + later) * 24 + 12 :] = -7.0
    one, two = (task(history(v), 12 + later) for v in (values, changed))
    assert _same(fitted.predict(one), fitted.predict(two))


@pytest.mark.parametrize("method", METHODS)
def test_the_same_twice(method: str) -> None:
    values = _series(3)
    one, two = (
        WithFallback(forecaster(method)).fit(t).predict(t)
        for t in (task(history(values), 20), task(history(values.copy()), 20))
    )
    assert _same(one, two)


@pytest.mark.parametrize("method", ["ridge", "persistence"])
@pytest.mark.parametrize(("shift", "scale"), [(100.0, 1.0), (0.0, 1000.0), (-40.0, 0.01)])
def test_shift_and_scale(method: str, shift: float, scale: float) -> None:
    """Another unit gives the same forecast in that unit."""
    values = _series(5)
    one, two = (
        forecaster(method).fit(t).predict(t)
        for t in (task(history(values), 20), task(history(shift + scale * values), 20))
    )
    np.testing.assert_allclose(two.values, shift + scale * one.values, rtol=1e-6, atol=1e-6 * scale)
    np.testing.assert_allclose(
        two.quantiles, shift + scale * one.quantiles, rtol=1e-6, atol=1e-6 * scale
    )


def test_moved_by_weeks() -> None:
    """The same series some weeks later gives the same forecast."""
    values = _series(7)
    t = task(history(values), 20)
    week = 7 * 86400 * 10**9

    def moved(grid: Any) -> Any:
        return replace(grid, start_ns=grid.start_ns + 3 * week)

    later = Task(
        t.issued_ns + 3 * week,
        moved(t.grid),
        replace(t.history, grid=moved(t.history.grid)),
        None,
        t.calendar,
    )
    one, two = (Combination([ridge(), Persistence()]).fit(x).predict(x) for x in (t, later))
    np.testing.assert_array_equal(one.values, two.values)
    np.testing.assert_array_equal(one.quantiles, two.quantiles)


def test_a_gap_of_the_temperature_at_the_issue_is_not_bridged_from_after_it() -> None:
    values, air = _series(1), _series(2)
    issue = 20 * 24 + 12
    air[issue - 4 : issue] = np.nan
    changed = air.copy()
    changed[issue:] = 25.0
    seen = []
    for temperature in (air, changed):
        t = task(history(values), 20, temperature=history(temperature), noise=1.5)
        assert t.outlook is not None
        now = np.array([t.issued_ns])
        seen.append(t.outlook.at(now, -24 * 3600 * 10**9, 3600 * 10**9, 24))
    assert np.isfinite(seen[0]).all()
    np.testing.assert_array_equal(*seen)
