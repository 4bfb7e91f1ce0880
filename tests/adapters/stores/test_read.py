"""Rows on a time grid, one signal at a time and over many."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.frame import Frame
from rami.core.historian import Aggregation, Store
from rami.core.quality import Family, Reason, is_bad, is_good, quality, reasons
from rami.core.signal import Signal
from rami.core.timegrid import TimeGrid
from tests.adapters.stores.cases import (
    DAY,
    HOUR,
    MINUTE,
    T0,
    Case,
    hourly,
    power,
    series,
    several,
)

BAD = quality(Family.BAD, Reason.RANGE)
FILLED = quality(Family.UNCERTAIN, Reason.FILLED)
STUCK = quality(Family.UNCERTAIN, Reason.STUCK)
nan = np.nan


@pytest.fixture
def store(case: Case) -> Store:
    """Signal `a`: hours 0 and 1 filled, 2 and 3 empty, 4 with one row."""
    opened = case.with_signals("a", "b", "empty")
    times = [T0, T0 + 20 * MINUTE, T0 + 40 * MINUTE, T0 + HOUR, T0 + HOUR + 1, T0 + 4 * HOUR]
    opened.write(series("a", times, [3.0, 1.0, 8.0, 10.0, 30.0, -7.0]))
    return opened


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        (Aggregation.MEAN, [4.0, 20.0, nan, nan, -7.0]),
        (Aggregation.SUM, [12.0, 40.0, nan, nan, -7.0]),
        (Aggregation.MIN, [1.0, 10.0, nan, nan, -7.0]),
        (Aggregation.MAX, [8.0, 30.0, nan, nan, -7.0]),
        (Aggregation.FIRST, [3.0, 10.0, nan, nan, -7.0]),
        (Aggregation.LAST, [8.0, 30.0, nan, nan, -7.0]),
        (Aggregation.COUNT, [3.0, 2.0, nan, nan, 1.0]),
        # up to and with the interval's end: 10 - 3, 30 - 10, gap, -7 - 30, nothing new
        (Aggregation.DIFFERENCE, [7.0, 20.0, nan, -37.0, nan]),
    ],
)
def test_each_aggregation(store: Store, how: Aggregation, wanted: list[float]) -> None:
    frame = store.read(["a"], hourly(5), how)
    np.testing.assert_allclose(frame["a"], wanted)
    assert_missing_where_nan(frame)
    assert is_good(frame.quality[~np.isnan(frame.values)]).all()


def test_columns_and_units(store: Store) -> None:
    frame = store.read(["b", "a"], hourly(2), Aggregation.MEAN)
    assert frame.names == ("b", "a") and frame.units == ("kW", "kW")
    assert frame.grid == hourly(2)
    np.testing.assert_allclose(frame["a"], [4.0, 20.0])
    assert np.isnan(frame["b"]).all()
    assert_missing_where_nan(frame)


def test_grid_between_rows_and_outside(store: Store) -> None:
    shifted = TimeGrid(T0 + 10 * MINUTE, 20 * MINUTE, 3)
    np.testing.assert_allclose(store.read(["a"], shifted, Aggregation.MEAN)["a"], [1, 8, 20])
    before = store.read(["a"], hourly(2, T0 - 2 * HOUR), Aggregation.MAX)
    assert np.isnan(before.values).all()
    assert_missing_where_nan(before)
    nothing = store.read(["a"], hourly(0), Aggregation.MEAN)
    assert nothing.values.shape == (0, 1)


def test_steps_of_odd_nanoseconds(case: Case) -> None:
    store = case.with_signals("a")
    times = T0 + 333_333_333 * np.arange(10, dtype=np.int64)
    store.write(series("a", times, range(10)))
    grid = TimeGrid(T0, 333_333_333, 10)
    np.testing.assert_array_equal(store.read(["a"], grid, Aggregation.SUM)["a"], np.arange(10))


def test_bad_rows_do_not_count(case: Case) -> None:
    store = case.with_signals("a")
    times = [T0, T0 + 1, T0 + HOUR, T0 + 2 * HOUR]
    store.write(series("a", times, [1.0, 1e9, 1e9, 2.0], [0, BAD, BAD, 0]))
    for how in (Aggregation.MEAN, Aggregation.MAX, Aggregation.LAST, Aggregation.SUM):
        frame = store.read(["a"], hourly(3), how)
        np.testing.assert_allclose(frame["a"], [1.0, nan, 2.0])
        assert_missing_where_nan(frame)
    np.testing.assert_allclose(store.read(["a"], hourly(3), Aggregation.COUNT)["a"], [1, nan, 1])


def test_no_value_does_not_count_whatever_its_status(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0, T0 + 1, T0 + HOUR], [nan, 4.0, nan]))
    for how in (Aggregation.MEAN, Aggregation.MIN, Aggregation.FIRST):
        frame = store.read(["a"], hourly(2), how)
        np.testing.assert_allclose(frame["a"], [4.0, nan])
        assert_missing_where_nan(frame)


def test_quality_of_an_interval_is_the_worst_of_what_counts(case: Case) -> None:
    store = case.with_signals("a")
    times = [T0, T0 + 1, T0 + 2, T0 + HOUR]
    store.write(series("a", times, [1.0, 2.0, 9.0, 3.0], [FILLED, STUCK, BAD, 0]))
    frame = store.read(["a"], hourly(2), Aggregation.MEAN)
    assert frame.quality[0, 0] == quality(Family.UNCERTAIN, Reason.FILLED | Reason.STUCK)
    assert frame.quality[1, 0] == 0


def test_corrected_rows_do_not_count(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0, T0 + 1], [1.0, 5.0]))
    store.write(series("a", [T0], [3.0]))
    np.testing.assert_allclose(store.read(["a"], hourly(1), Aggregation.SUM)["a"], [8.0])


def test_register_over_a_gap(case: Case) -> None:
    """Hourly readings 0, 1, 2, gap of two, 5; growth is known when the next reading is there."""
    store = case.open()
    store.declare([Signal("E", "energy", cumulative=True)])
    readings = {0: 100.0, 1: 101.0, 2: 102.0, 5: 105.5}
    store.write(series("E", [T0 + k * HOUR for k in readings], readings.values()))
    frame = store.read(["E"], hourly(6, T0 - HOUR), Aggregation.DIFFERENCE)
    np.testing.assert_allclose(frame["E"], [nan, 1.0, 1.0, nan, nan, 3.5])
    assert_missing_where_nan(frame)


def test_register_read_long_before_the_grid(case: Case) -> None:
    store = case.with_signals("E")
    store.write(series("E", [T0 - 400 * DAY, T0 + MINUTE], [10.0, 25.0]))
    frame = store.read(["E"], hourly(2), Aggregation.DIFFERENCE)
    np.testing.assert_allclose(frame["E"], [15.0, nan])


def test_bad_reading_of_a_register_does_not_count(case: Case) -> None:
    store = case.with_signals("E")
    times = [T0, T0 + HOUR, T0 + 2 * HOUR]
    store.write(series("E", times, [10.0, 1e9, 14.0], [0, BAD, 0]))
    frame = store.read(["E"], hourly(2), Aggregation.DIFFERENCE)
    np.testing.assert_allclose(frame["E"], [nan, 4.0])


@pytest.mark.parametrize(
    ("how", "across", "wanted", "counted"),
    [
        (Aggregation.MEAN, Aggregation.SUM, [5.0, 10.0, nan], [2, 1, 0]),
        (Aggregation.SUM, Aggregation.MAX, [6.0, 20.0, nan], [2, 1, 0]),
        (Aggregation.MAX, Aggregation.MEAN, [3.5, 15.0, nan], [2, 1, 0]),
        (Aggregation.LAST, Aggregation.MIN, [0.0, 15.0, nan], [2, 1, 0]),
        (Aggregation.MEAN, Aggregation.COUNT, [2, 1, nan], [2, 1, 0]),
    ],
)
def test_aggregate_first_each_then_all(
    case: Case, how: Aggregation, across: Aggregation, wanted: list[float], counted: list[int]
) -> None:
    store = case.with_signals("a", "b", "c")
    store.write(several(a={T0: 2.0, T0 + 1: 4.0, T0 + 2: 0.0}, b={T0: 3.0}))
    store.write(several(a={T0 + HOUR: 5.0, T0 + HOUR + 1: 15.0}))
    frame = store.aggregate(["a", "b", "c"], hourly(3), how, across)
    assert frame.names == ("value", "signals")
    np.testing.assert_allclose(frame["value"], wanted)
    np.testing.assert_array_equal(frame["signals"], counted)
    assert is_bad(frame.quality[2, 0]) and reasons(frame.quality[2, 0]) & Reason.MISSING
    assert is_good(frame.quality[:2, 0]).all()


def test_aggregate_of_registers(case: Case) -> None:
    store = case.with_signals("a", "b")
    store.write(several(a={T0: 1.0, T0 + HOUR: 2.0, T0 + 2 * HOUR: 4.0}))
    store.write(several(b={T0: 10.0, T0 + 2 * HOUR: 15.0}))
    frame = store.aggregate(["a", "b"], hourly(2), Aggregation.DIFFERENCE, Aggregation.SUM)
    np.testing.assert_allclose(frame["value"], [1.0, 7.0])
    np.testing.assert_array_equal(frame["signals"], [1, 2])
    assert frame.units[0] == "kW"


def test_aggregate_of_many_signals(case: Case) -> None:
    names = [f"meter.{k:04d}" for k in range(500)]
    store = case.open()
    store.declare([power(n) for n in names])
    store.write(several(**{n: {T0: float(k), T0 + HOUR: 1.0} for k, n in enumerate(names)}))
    frame = store.aggregate(names, hourly(2), Aggregation.MEAN, Aggregation.SUM)
    np.testing.assert_allclose(frame["value"], [500 * 499 / 2, 500.0])


def assert_missing_where_nan(frame: Frame) -> None:
    gaps = frame.quality[np.isnan(frame.values)]
    assert is_bad(gaps).all()
    assert (reasons(gaps) & Reason.MISSING).all()
