"""What each method forecasts, and which one takes over when history is short."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from rami.core.errors import ConfigurationError
from rami.core.quality import Family, Reason
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.forecast.calendar import DAY_NS, LocalCalendar
from rami.information.forecast.direct import ridge
from rami.information.forecast.fallback import WithFallback
from rami.information.forecast.history import History
from rami.information.forecast.methods import forecaster
from rami.information.forecast.task import Task
from tests.information.forecast.conftest import START, history, task

Loads = Callable[..., tuple[History, History]]


def test_persistence_repeats_the_newest_value_of_each_hour() -> None:
    values = np.arange(10 * 24.0)
    made = forecaster("persistence")
    t = task(history(values), 5)
    forecast = made.fit(t).predict(t)
    morning, evening = values[5 * 24 : 5 * 24 + 12], values[4 * 24 + 12 : 5 * 24]
    np.testing.assert_array_equal(forecast.values, np.concatenate([morning, evening]))
    assert forecast.method == "persistence"


def test_the_seasonal_naive_repeats_the_last_similar_day() -> None:
    days = np.repeat(np.arange(21.0), 24)  # 7 January 2019 is a Monday
    for day, similar in ((11, 5), (12, 6), (13, 11), (17, 17)):
        t = task(history(days), day, issue_h=23)
        made = forecaster("seasonal_naive").fit(t).predict(t)
        assert made.values[0] == similar, day


def test_a_holiday_is_as_a_sunday() -> None:
    days = np.repeat(np.arange(21.0), 24)
    t = task(history(days), 15, issue_h=23)
    holiday = LocalCalendar.of("UTC", [date(2019, 1, 23)])
    made = forecaster("seasonal_naive").fit(t).predict(replace(t, calendar=holiday))
    assert (made.values == 13).all()


@pytest.mark.parametrize("step_s", [3600, 900])
def test_ridge_learns_degree_hours_and_the_week(loads: Loads, step_s: int) -> None:
    load, air = loads(60, step_s=step_s)
    errors: dict[str, list[float]] = {"ridge": [], "persistence": []}
    for day in range(50, 58):
        t = task(load, day, temperature=air)
        for name, found in errors.items():
            made = forecaster(name).fit(t).predict(t)
            found.append(float(np.abs(made.values - load.at(t.grid.times())).mean()))
    assert np.mean(errors["ridge"]) < 0.5 * np.mean(errors["persistence"])


def test_clock_changes_do_not_shift_the_day() -> None:
    """A load that follows local time, across the last Sunday of March."""
    start = instant("2019-03-01T00:00+00:00")
    grid = TimeGrid(start, 3600 * NS, 45 * 24)
    hours = LocalCalendar("Europe/Berlin").hours(grid.times())
    series = History("load", "kW", grid, np.where((hours >= 6) & (hours < 18), 100.0, 10.0), 0.0)
    for day in (29, 30, 31, 32):
        issued = start + day * DAY_NS + 12 * 3600 * NS
        ahead = TimeGrid(issued + DAY_NS // 2, 3600 * NS, 24)
        t = Task(issued, ahead, series, None, LocalCalendar("Europe/Berlin"))
        for name in ("persistence", "ridge"):
            made = forecaster(name).fit(t).predict(t)
            np.testing.assert_allclose(made.values, series.at(ahead.times()), atol=1.0)


def test_gaps_are_left_out(loads: Loads) -> None:
    load, air = loads(40)
    holed = load.values.copy()
    holed[np.random.default_rng(2).random(len(holed)) < 0.2] = np.nan
    holed[35 * 24 : 37 * 24] = np.nan
    t = task(replace(load, values=holed), 37, temperature=air)
    made = ridge().fit(t).predict(t)
    assert np.isfinite(made.values).all() and np.isfinite(made.quantiles).all()
    true = load.at(t.grid.times())
    assert np.abs(made.values - true).mean() < 0.15 * true.mean()


def test_a_temperature_that_ends_is_left_out(loads: Loads) -> None:
    load, air = loads(40)
    ended = replace(air, values=np.where(np.arange(len(air.values)) > 20 * 24, np.nan, air.values))
    t = task(load, 37, temperature=ended)
    made = ridge().fit(t).predict(t)
    assert "without temperature" in made.provenance


@pytest.mark.parametrize(
    ("hours", "method", "why"),
    [
        (20 * 24, "ridge", ""),
        (8 * 24 + 6, "ridge", ""),
        (7 * 24, "persistence", "ridge: 7 days of history, wanted 8; seasonal_naive: 7 days"),
        (30, "persistence", "ridge: 1.25 days"),
        (5, "typical_profile", "persistence: 0.208 days of history, wanted 1.04 days"),
        (0, "declared", "typical_profile: 0 days of history, wanted one value"),
    ],
)
def test_the_chain_says_who_took_over_and_why(hours: int, method: str, why: str) -> None:
    values = np.full(30 * 24, np.nan)
    day = 25
    end = day * 24 + 12
    values[end - hours : end] = 5.0 + np.arange(hours) % 24
    t = replace(task(history(values, floor=0.0), day), declared=42.0)
    made = WithFallback(ridge()).fit(t).predict(t)
    assert made.method.partition(" ")[0] == method
    assert why in made.method
    assert np.isfinite(made.values).all()
    uncertain = bool((made.status & np.uint32(Family.UNCERTAIN)).all())
    assert uncertain == (method != "ridge")
    assert (made.status & np.uint32(Reason.ESTIMATED)).all()
    if method == "declared":
        assert (made.values == 42.0).all() and np.isnan(made.quantiles).all()


def test_a_load_of_nothing_stays_nothing() -> None:
    t = task(history(np.zeros(40 * 24), floor=0.0), 38)
    made = ridge().fit(t).predict(t)
    assert (made.values == 0).all() and (made.quantiles == 0).all()


def test_a_combination_leans_to_the_better_member(loads: Loads) -> None:
    load, air = loads(60)
    t = task(load, 55, temperature=air)
    made = forecaster("ridge+last_week").fit(t).predict(t)
    found = re.search(r"(0\.\d+) ridge", made.provenance)
    assert found and float(found[1]) > 0.6
    alike = forecaster("mean(ridge+last_week)").fit(t).predict(t)
    parts = [forecaster(n).fit(t).predict(t).values for n in ("ridge", "last_week")]
    np.testing.assert_allclose(alike.values, np.mean(parts, axis=0), rtol=1e-12)


def test_boosting_is_deterministic_and_learns(loads: Loads) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is absent: extra `boosting`")
    load, air = loads(30)
    t = task(load, 27, temperature=air)
    one, two = (forecaster("boosting").fit(t).predict(t) for _ in range(2))
    assert one.values.tobytes() == two.values.tobytes()
    true = load.at(t.grid.times())
    assert np.abs(one.values - true).mean() < 0.12 * true.mean()
    assert np.isfinite(one.quantiles).all()


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(ConfigurationError, match="no method 'rigde'; hint: did you mean 'ridge'"):
        forecaster("rigde")


def test_a_task_that_cannot_be() -> None:
    series = history(np.zeros(48))
    with pytest.raises(ValueError, match="one step"):
        Task(START, TimeGrid(START, 900 * NS, 4), series)
    with pytest.raises(ValueError, match="begins at its issue"):
        Task(START + DAY_NS, TimeGrid(START, 3600 * NS, 4), series)


def test_a_few_outliers_do_no_harm(loads: Loads) -> None:
    series, air = loads(30)
    wrong = series.values.copy()
    wrong[[300, 411, 560, 603]] *= 30
    one, two = (
        ridge().fit(t).predict(t).values
        for t in (task(history(v, floor=0.0), 28, temperature=air) for v in (series.values, wrong))
    )
    assert np.abs(two - one).mean() < 0.02 * one.mean()


def test_values_that_are_rare_are_no_outliers() -> None:
    rare = np.where(np.arange(2000) % 40 == 0, 7.0, 0.0)
    assert np.isfinite(history(rare).without_outliers().values).all()


def test_little_history_stays_near_persistence() -> None:
    """Of a random walk nothing can be learned but its last value."""
    worse = []
    for seed in range(6):
        walk = 50 + np.cumsum(np.random.default_rng(seed).standard_normal(15 * 24))
        for day in (10, 12):
            t = task(history(walk), day)
            truth = history(walk).at(t.grid.times())
            apart = [
                np.abs(forecaster(m).fit(t).predict(t).values - truth).mean()
                for m in ("ridge", "persistence")
            ]
            worse.append(apart[0] - apart[1])
    assert np.mean(worse) < 0.5
