"""All meters at once give what meter by meter gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.information.fleet.estimate import completed
from rami.information.fleet.growth import growth
from rami.information.fleet.judge import judge
from rami.information.fleet.rows import FleetRows, FleetRules
from tests.information.fleet import slow
from tests.information.fleet.drawn import HOUR, day, fleet

RULES = FleetRules(stuck_ns=12 * HOUR, longest_ns=30 * HOUR)


def _held(seed: int, count: int, rules: FleetRules) -> None:
    rows = fleet(seed, count)
    found = judge(rows, rules)
    register = np.full(len(rows.times), np.nan)
    register[found.places] = found.register
    broken = np.zeros(len(rows.times), bool)
    broken[found.places] = found.broken
    for m, column in enumerate(slow.columns(rows)):
        mine = rows.meters == m
        marks, values, cut = slow.judged(column, rules)
        np.testing.assert_array_equal(found.marks[mine], marks)
        np.testing.assert_allclose(register[mine], values, atol=1e-6)
        np.testing.assert_array_equal(broken[mine], cut)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 6), tolerance=st.sampled_from([0.0, 0.5]))
def test_marks_and_registers(seed: int, count: int, tolerance: float) -> None:
    _held(seed, count, FleetRules(12 * HOUR, 30 * HOUR, tolerance=tolerance))
    _held(seed, count, FleetRules(12 * HOUR, 30 * HOUR, tolerance=tolerance, rate_max=0.005))


def _compared(seed: int, count: int) -> None:
    rows, grid = fleet(seed, count), day()
    sizes = np.random.default_rng(seed + 1).integers(1, 9, count)
    starts = np.cumsum(np.concatenate([[0], sizes]))
    starts = starts[starts < count]
    groups = np.searchsorted(starts, np.arange(count), "right").tolist()
    made = growth(rows, judge(rows, RULES), grid, RULES)
    energy, grades, levels = slow.growths(rows, grid, RULES)
    np.testing.assert_allclose(made.energy, energy, atol=1e-6)
    np.testing.assert_array_equal(made.grade, grades)
    np.testing.assert_allclose(made.level, levels, atol=1e-6)
    whole = completed(made, starts)
    slow.complete(energy, grades, levels, groups)
    np.testing.assert_allclose(whole.energy, energy, atol=1e-6)
    np.testing.assert_array_equal(whole.grade, grades)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 30))
def test_growth_and_estimates(seed: int, count: int) -> None:
    _compared(seed, count)


@pytest.mark.soak
@settings(max_examples=1500, deadline=None)
@given(seed=st.integers(0, 10**9), count=st.integers(1, 60))
def test_large_draws(seed: int, count: int) -> None:
    _compared(seed, count)
    _held(seed, min(count, 20), RULES)


def test_no_rows_at_all() -> None:
    rows = fleet(1, 3)
    none = FleetRows(3, rows.meters[:0], rows.times[:0], rows.values[:0], rows.status[:0])
    made = growth(none, judge(none, RULES), day(), RULES)
    whole = completed(made, np.array([0]))
    assert not whole.grade.any() and np.isnan(whole.energy).all()


def test_a_gap_keeps_its_energy() -> None:
    rows = fleet(3, 1)
    t = rows.times[0] + HOUR * np.arange(49, dtype=np.int64)
    x = 100.0 + np.arange(49.0)
    keep = np.ones(49, bool)
    keep[26:40] = False
    zero = np.zeros(int(keep.sum()), np.int64)
    one = FleetRows(1, zero, t[keep], x[keep], zero.astype(np.uint32))
    from rami.core.timegrid import TimeGrid

    made = growth(one, judge(one, RULES), TimeGrid(int(t[24]), HOUR, 24), RULES)
    assert made.energy.sum() == pytest.approx(24.0)
    assert made.energy.max() == pytest.approx(1.0)
