"""Day types, change points, trends and robust fits against slow or known answers."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.information.analytics.change_points import _segments, change_points, trend
from rami.information.analytics.day_types import day_types, silhouette
from rami.information.analytics.regression import robust_fit


def _days(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    weekday = np.arange(70) % 7
    hours = np.arange(24)
    work = 100 + 60 * ((hours >= 6) & (hours < 18))
    free = np.full(24, 70.0)
    table = np.where((weekday < 5)[:, None], work, free) + random.normal(0, 6, (70, 24))
    return table, weekday


def test_working_days_and_weekends_are_told_apart() -> None:
    table, weekday = _days(1)
    table[3, 5] = np.nan
    found = day_types(table, weekday)
    assert len(found.types) == 2
    assert found.label[3] == -1
    assert found.types[0].weekdays == (10, 10, 10, 9, 10, 0, 0)
    assert found.types[1].weekdays == (0, 0, 0, 0, 0, 10, 10)
    assert found.silhouette > 0.5


def test_days_of_one_kind_are_one_type() -> None:
    table = np.random.default_rng(2).normal(100, 10, (60, 24))
    found = day_types(table, np.arange(60) % 7)
    assert len(found.types) == 1
    assert found.silhouette == 0.0


def test_the_same_seed_gives_the_same_types() -> None:
    table, weekday = _days(3)
    one, two = day_types(table, weekday, seed=5), day_types(table, weekday, seed=5)
    assert np.array_equal(one.label, two.label)


@given(st.integers(0, 10_000), st.integers(2, 4))
def test_silhouette_by_its_definition(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    points = random.normal(0, 1, (14, 3))
    labels = random.integers(0, count, 14)
    if len(set(labels.tolist())) < 2:
        assert silhouette(points, labels) == 0.0
        return
    total = 0.0
    for i in range(14):
        means = {}
        for c in set(labels.tolist()):
            others = [j for j in range(14) if labels[j] == c and j != i]
            if others:
                means[c] = np.mean([np.linalg.norm(points[i] - points[j]) for j in others])
        own = means.pop(labels[i], None)
        if own is not None:
            nearest = min(means.values())
            total += (nearest - own) / max(nearest, own)
    assert silhouette(points, labels) == pytest.approx(total / 14, abs=1e-7)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0.5, 30.0))
def test_segments_are_the_best_of_all(seed: int, penalty: float) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(0, 1, 12) + np.repeat(random.normal(0, 3, 3), 4)

    def price(edges: tuple[int, ...]) -> float:
        parts = pairwise(edges)
        squares = sum(float(((values[a:b] - values[a:b].mean()) ** 2).sum()) for a, b in parts)
        return squares + penalty * (len(edges) - 2)

    every = [
        (0, *inner, 12)
        for n in range(4)
        for inner in combinations(range(1, 12), n)
        if all(b - a >= 3 for a, b in zip((0, *inner), (*inner, 12), strict=True))
    ]
    best = min(price(edges) for edges in every)
    assert price(tuple(_segments(values, penalty, 3))) == pytest.approx(best)


def test_a_shift_is_found_where_it_is() -> None:
    values = np.random.default_rng(4).normal(0, 1, 200)
    values[120:] += 3.0
    values[[7, 50]] = np.nan
    found = change_points(values)
    assert [abs(c.at - 120) <= 1 for c in found] == [True]
    assert found[0].after - found[0].before == pytest.approx(3.0, abs=0.5)


def test_noise_alone_has_few_change_points() -> None:
    """White and autocorrelated years: at most one false alarm in four."""
    false = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        white = random.normal(0, 1, 365)
        tied = np.zeros(365)
        for k in range(1, 365):
            tied[k] = 0.6 * tied[k - 1] + white[k]
        false += len(change_points(white)) + len(change_points(tied))
    assert false <= 10


def test_trend() -> None:
    random = np.random.default_rng(5)
    rising = trend(0.02 * np.arange(200) + random.normal(0, 1, 200))
    assert rising.slope == pytest.approx(0.02, abs=0.005)
    assert rising.p_value < 1e-6
    assert trend(np.ones(30)).p_value == 1.0
    assert np.isnan(trend(np.full(10, np.nan)).slope)


def test_fit_without_outliers_is_least_squares() -> None:
    random = np.random.default_rng(6)
    table = np.column_stack([np.ones(300), random.uniform(10, 100, 300)])
    wanted = table @ [5.0, 2.0] + random.uniform(-1, 1, 300)
    fit = robust_fit(table, wanted)
    assert fit.coefficients == pytest.approx([5.0, 2.0], rel=0.05)
    assert abs(fit.coefficients[1] - 2.0) < 4 * fit.errors[1]


def test_fit_resists_outliers_that_least_squares_does_not() -> None:
    random = np.random.default_rng(7)
    x = random.uniform(10, 100, 300)
    wanted = 2.0 * x + random.normal(0, 1, 300)
    wanted[:30] += 500.0
    fit = robust_fit(x[:, None], wanted)
    plain = float((x @ wanted) / (x @ x))
    assert abs(fit.coefficients[0] - 2.0) < 0.02 < abs(plain - 2.0)


def test_standard_errors_are_as_large_as_the_scatter_of_repeats() -> None:
    slopes, errors = [], []
    for seed in range(200):
        random = np.random.default_rng(seed)
        x = random.uniform(10, 100, 80)
        fit = robust_fit(x[:, None], 2.0 * x + random.normal(0, 0.05, 80) * x)
        slopes.append(float(fit.coefficients[0]))
        errors.append(float(fit.errors[0]))
    assert np.mean(errors) == pytest.approx(float(np.std(slopes)), rel=0.2)


def test_too_few_rows() -> None:
    with pytest.raises(ValueError, match="3 rows"):
        robust_fit(np.ones((3, 2)), np.ones(3))


@pytest.mark.parametrize("kept", [0.0, 0.8, 0.95])
def test_standard_errors_are_honest_under_noise_that_lasts(kept: float) -> None:
    """Two of them hold the truth in about 95 % of the draws; without the lags in 25 to 60 %."""
    inside = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        load, noise = np.empty(400), np.empty(400)
        a, b = random.normal(size=2)
        for row, (x, y) in enumerate(random.normal(size=(400, 2))):
            a, b = 0.9 * a + np.sqrt(0.19) * x, kept * b + np.sqrt(1 - kept**2) * y
            load[row], noise[row] = 1000 + 300 * a, 20 * b
        fit = robust_fit(load[:, None], 1.1 * load + noise)
        inside += abs(fit.coefficients[0] - 1.1) < 2 * fit.errors[0]
    assert inside >= 86
