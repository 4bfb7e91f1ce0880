from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.quality import Family, Reason
from rami.core.timegrid import TimeGrid
from rami.information.quality.chain import Chain
from rami.information.quality.register import Register
from rami.information.quality.resample import Combining, Resampling, resample
from tests.information.quality.columns import regular

RESET = Family.UNCERTAIN | Reason.RESET
WRONG = Family.BAD | Reason.INCONSISTENT
HOURLY = 5.0 / 3600  # growth per second that is still possible


def marks(values: list[float], check: Register) -> list[int]:
    return check.marks(regular(np.array(values))).tolist()


def test_reset_counts_from_zero() -> None:
    check = Register(rate_max=HOURLY)
    values = [100.0, 102.0, 104.0, 1.5, 3.0]
    assert marks(values, check) == [0, 0, 0, RESET, 0]
    growth = check.growth(regular(np.array(values)))
    np.testing.assert_array_equal(growth, [np.nan, 2.0, 2.0, 1.5, 1.5])
    np.testing.assert_array_equal(
        check.continuous(regular(np.array(values))), [100, 102, 104, 105.5, 107]
    )


def test_roll_over_counts_across() -> None:
    check = Register(modulus=1000.0, rate_max=HOURLY)
    values = [996.0, 999.0, 1.0, 2.0]
    assert marks(values, check) == [0, 0, RESET, 0]
    assert check.growth(regular(np.array(values)))[2] == pytest.approx(2.0)


@pytest.mark.parametrize("level", [500.0, 60.0])
def test_exchange_has_no_growth(level: float) -> None:
    check = Register(rate_max=HOURLY)
    values = [100.0, 102.0, level, level + 1.0]
    assert marks(values, check) == [0, 0, RESET, 0]
    column = regular(np.array(values))
    assert np.isnan(check.growth(column)[2])
    np.testing.assert_array_equal(check.continuous(column), [100, 102, 102, 103])


@pytest.mark.parametrize("reading", [3.0, 105.5, 9000.0])
def test_a_reading_that_does_not_fit_is_bad(reading: float) -> None:
    """The readings around a wrong one fit each other."""
    found = marks([100.0, 101.0, reading, 103.0, 104.0, 105.0], Register(rate_max=HOURLY))
    assert found == [0, 0, WRONG, 0, 0, 0]


def test_running_backwards() -> None:
    found = marks([100.0, 99.0, 97.5, 96.0], Register(rate_max=HOURLY))
    assert set(found[1:]) == {Family.UNCERTAIN | Reason.INCONSISTENT}


def test_a_fall_within_tolerance_means_nothing() -> None:
    assert not any(marks([100.0, 101.0, 100.9, 102.0], Register(0.2 + 1e9, 0.2, HOURLY)))


def test_usual_growth_is_learned() -> None:
    rng = np.random.default_rng(1)
    values = 5000.0 + np.cumsum(rng.uniform(0.5, 2.0, 200))
    values[120:] += 400.0
    column = regular(values)
    found = np.flatnonzero(Register().marks(column))
    assert found.tolist() == [120]


@given(
    st.lists(st.floats(0, 4), min_size=10, max_size=50),
    st.lists(st.integers(2, 48), max_size=4, unique=True),
)
def test_total_growth_is_found_whatever_is_reset(growth: list[float], resets: list[int]) -> None:
    """Readings start at zero after a reset; what grew since counts, and nothing twice."""
    readings, level = [], 1000.0
    resets = [r for r in resets if all(abs(r - other) > 2 for other in resets if other != r)]
    total = 0.0
    for i, step in enumerate(growth):
        level = step if i in resets else level + step
        total += step if i else 0.0
        readings.append(level)
    small = [i for i in resets if i < len(readings) and readings[i - 1] < 20.0]
    if small:  # hardly grown since the last reset: falls like that may mean anything
        return
    column = regular(np.array(readings))
    check = Register(rate_max=HOURLY)
    continuous = check.continuous(column)
    assert continuous[-1] - continuous[0] == pytest.approx(total, abs=1e-9)
    assert (np.diff(continuous) >= -1e-9).all()
    grid = TimeGrid(int(column.times[0]), 2 * 3600 * 10**9, (len(growth) - 1) // 2)
    values, _ = resample(column, grid, Resampling(Combining.GROWTH, register=check))
    used = 2 * grid.count
    assert values.sum() == pytest.approx(continuous[used] - continuous[0], abs=1e-9)


def test_growth_in_a_chain() -> None:
    values = np.concatenate([np.arange(100.0, 130.0), np.arange(1.0, 20.0)])
    column = regular(values)
    chain = Chain((Register(rate_max=HOURLY),), resampling=Resampling(Combining.GROWTH))
    grid = TimeGrid(int(column.times[0]), 4 * 3600 * 10**9, 12)
    done = chain.run(column, grid)
    np.testing.assert_allclose(done.values, 4.0)
    assert done.counts == {Reason.RESET: 1}
    assert (done.status != 0).sum() == 1
