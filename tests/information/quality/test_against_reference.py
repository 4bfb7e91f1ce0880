from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rami.core.quality import Reason, is_bad
from rami.core.timegrid import NS, TimeGrid
from rami.information.quality.column import Column
from rami.information.quality.fill import Filling, fill
from rami.information.quality.flatline import Flatline
from rami.information.quality.gaps import Gap, Stale
from rami.information.quality.limits import Range, Rate
from rami.information.quality.resample import Combining, Resampling, resample
from rami.information.quality.similar import similar_days
from rami.information.quality.spike import Spike
from rami.information.quality.stamps import Duplicate, single
from tests.information.quality import reference, reference_rows
from tests.information.quality.columns import columns, regular


@given(columns(), st.sampled_from([(-1.0, 2.0), (-inf, 50.0), (0.0, inf)]))
def test_range(column: Column, bounds: tuple[float, float]) -> None:
    check = Range(*bounds, 0.5, 1.5)
    assert check.marks(column).tolist() == reference.in_range(column, check)


@given(columns(), st.sampled_from([0.1, 1.0, 20.0, inf]), st.sampled_from([0.5, inf]))
def test_rate(column: Column, rise: float, fall: float) -> None:
    check = Rate(rise, fall)
    assert check.marks(column).tolist() == reference.rate(column, check)


@given(columns(min_size=20), st.sampled_from([1.0, 3.0]), st.sampled_from([1, 2, 3, 5]))
def test_spike(column: Column, threshold: float, width: int) -> None:
    check = Spike(threshold, 0.1, width)
    assert check.marks(column).tolist() == reference.spike(column, check)


@pytest.mark.parametrize("seed", range(6))
def test_spike_with_day_pattern(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hours = np.arange(24 * 9)
    values = np.where(hours % 24 == 6, 30.0, 0.0) + rng.normal(0, 1, len(hours))
    values[rng.integers(0, len(hours), 4)] += 40.0
    column = regular(values)
    keep = rng.random(len(hours)) > 0.1 * (seed % 3)
    column = Column(column.times[keep], column.values[keep], column.status[keep])
    check = Spike()
    assert check.marks(column).tolist() == reference.spike(column, check)


_UNEVEN = Column.of(np.array([0, 14, 16, 26]) * NS, np.array([0.0, 0.6, 0.3, 2.5]))


@example(_UNEVEN, 5, 0.6, (), 2)  # 14 s are long enough; the third value stands still too
@given(
    columns(),
    st.sampled_from([2, 5, 12]),
    st.sampled_from([0.0, 0.6, 1.0]),
    st.sampled_from([(), ((0.0, 0.0),), ((0.5, 1.5), (2.5, 3.0))]),
    st.sampled_from([2, 4]),
)
def test_flatline(
    column: Column,
    longest: int,
    tolerance: float,
    resting: tuple[tuple[float, float], ...],
    count: int,
) -> None:
    check = Flatline(longest * NS, tolerance, count, resting)
    assert check.marks(column).tolist() == reference.flatline(column, check)


@pytest.mark.parametrize("seed", range(6))
def test_flatline_by_habit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.integers(-1, 2, 400)).astype(float)
    values[100 : 100 + 10 * seed] = values[100]
    column = regular(values)
    check = Flatline(10**18, resting=((0.0, 0.0),))
    assert check.marks(column).tolist() == reference.flatline(column, check)
    assert check.marks(column).any() or seed < 2


@pytest.mark.parametrize("each", [1, 2, 4, 12])
@pytest.mark.parametrize("fault", [0, 12])
def test_flatline_of_a_series_drawn_out_by_lines(each: int, fault: int) -> None:
    rng = np.random.default_rng(each)
    hourly = np.round(np.cumsum(rng.normal(0, 0.3, 400)), 1)
    values = np.round(np.interp(np.arange(399 * each + 1) / each, np.arange(400), hourly), 4)
    start, fault = len(values) // 3, fault * each
    values[start : start + fault] = values[start]
    column = regular(values, 3600 // each)
    check = Flatline(10**18)
    marks = check.marks(column)
    assert marks.tolist() == reference.flatline(column, check)
    assert int((marks != 0).sum()) in ((0,) if not fault else range(fault, fault + 2 * each))


@given(columns(min_size=1), st.booleans(), st.booleans())
def test_gap(column: Column, from_start: bool, to_end: bool) -> None:
    column = single(column.graded(Duplicate().marks(column)))
    times = column.times.tolist()
    start = times[0] - 7 * NS if from_start else None
    end = times[-1] + 9 * NS if to_end else None
    whole = Gap(2 * NS).completed(column, start, end)
    absent = reference_rows.completed(times, 2 * NS, start, end)
    assert whole.times.tolist() == sorted(times + absent)
    added = ~np.isin(whole.times, column.times)
    assert sorted(whole.times[added].tolist()) == [t for t in absent if t not in times]
    assert is_bad(whole.status[added]).all()
    np.testing.assert_array_equal(whole.values[~added], column.values)
    np.testing.assert_array_equal(whole.status[~added], column.status)


@given(columns(), st.sampled_from([0, 2, 5]))
def test_stale(column: Column, limit: int) -> None:
    assert Stale(limit * NS).marks(column).tolist() == reference.stale(column, limit * NS)


@given(columns(steps=(0, 0, 1)), st.sampled_from([0.0, 1.0]))
def test_duplicate(column: Column, tolerance: float) -> None:
    marks = Duplicate(tolerance).marks(column)
    assert marks.tolist() == reference.duplicate(column, tolerance)
    one = single(column.graded(marks))
    assert len(np.unique(one.times)) == len(one) == len(np.unique(column.times))


@given(columns(), st.sampled_from(["hold", "linear"]), st.sampled_from([0, 2, 6, 100]))
def test_fill(column: Column, method: str, limit: int) -> None:
    column = single(column.graded(Duplicate().marks(column)))
    done = fill(column, Filling(method, limit * NS))  # type: ignore[arg-type]
    expected = reference_rows.filled(column, method, limit * NS)
    np.testing.assert_allclose(done.values, expected, rtol=1e-12, atol=1e-12)
    changed = column.status != done.status
    assert not (changed & column.known).any()
    assert (done.status[changed] & np.uint32(Reason.FILLED)).all()


@pytest.mark.parametrize("seed", range(4))
def test_similar_days(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, 24 * 40)
    values[rng.random(len(values)) < 0.3] = np.nan
    column = regular(values)
    rows = rng.integers(0, len(values), 50)
    profile = similar_days(column, rows, 9)
    expected = [reference_rows.similar(column, int(r), 9) for r in rows]
    np.testing.assert_allclose(profile[rows], expected, rtol=1e-12)


_HOW = ["mean", "linear", "sum", "growth", "min", "max", "last"]


@given(
    columns(min_size=3, max_size=30),
    st.sampled_from(_HOW),
    st.integers(-5, 20),
    st.sampled_from([1, 2, 4, 6, 9]),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_resample(column: Column, how: str, shift: int, step: int, coverage: float) -> None:
    column = single(column.graded(Duplicate().marks(column)))
    if how == "growth":  # resets are another test's
        column = Column.of(column.times, np.arange(len(column)) * 1.5, column.status)
    _same(column, how, 1_000_000 + shift, step, 6, coverage)


@given(
    columns(min_size=12, max_size=30, steps=(2,)),
    st.sampled_from(_HOW),
    st.sampled_from([2, 4, 6]),
)
def test_resample_aligned(column: Column, how: str, step: int) -> None:
    column = Column.of(column.times, np.nan_to_num(column.values) + 100.0, column.status)
    if how == "growth":
        column = Column.of(column.times, np.arange(len(column)) * 1.5, column.status)
    _same(column, how, int(column.times[0]) // NS, step, 24 // step, 0.5)


def _same(column: Column, how: str, start: int, step: int, count: int, coverage: float) -> None:
    grid = TimeGrid.of(start * NS, step, count)
    values, status = resample(column, grid, Resampling(Combining(how), coverage))
    expected = reference_rows.resampled(column, start, step, count, how, coverage)
    np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9)
    assert (is_bad(status) == np.isnan(values)).all()
