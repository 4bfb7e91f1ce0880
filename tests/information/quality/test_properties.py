"""What holds for any column: raw is untouched, checks repeat, status only gets worse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.core.quality import Family, Reason
from rami.core.timegrid import NS, TimeGrid
from rami.information.quality.chain import Chain
from rami.information.quality.check import Check
from rami.information.quality.clock import Clock
from rami.information.quality.column import Column
from rami.information.quality.fill import Filling
from rami.information.quality.flatline import Flatline
from rami.information.quality.gaps import Gap, Stale
from rami.information.quality.limits import Range, Rate
from rami.information.quality.register import Register
from rami.information.quality.resample import Combining, Resampling
from rami.information.quality.spike import Spike
from rami.information.quality.stamps import Duplicate
from tests.information.quality.columns import columns

CHECKS: tuple[Check, ...] = (
    Clock(),
    Duplicate(),
    Range(-50.0, 50.0, -20.0, 20.0),
    Spike(1.0, 0.1),
    Flatline(6 * NS),
    Rate(1.0, 1.0),
    Register(modulus=100.0),
    Stale(5 * NS),
)
FAMILY = np.uint32(0xC000_0000)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: type(c).__name__)
@settings(max_examples=40)
@given(column=columns())
def test_marks_of_a_check(check: Check, column: Column) -> None:
    assert isinstance(check, Check)
    before = column.times.copy(), column.values.copy(), column.status.copy()
    marks = check.marks(column)
    assert marks.dtype == np.uint32
    assert marks.shape == (len(column),)
    for kept, now in zip(before, (column.times, column.values, column.status), strict=True):
        np.testing.assert_array_equal(kept, now)
    own = np.uint32(check.reason | Reason.INCONSISTENT)
    assert not (marks & ~FAMILY & ~own).any()
    np.testing.assert_array_equal(marks != 0, (marks & FAMILY) != 0)


@settings(max_examples=60)
@given(columns(), st.sampled_from(["hold", "linear"]))
def test_chain_keeps_raw_and_only_worsens(column: Column, method: str) -> None:
    chain = Chain(CHECKS, Gap(2 * NS), Filling(method, 6 * NS))  # type: ignore[arg-type]
    done = chain.run(column)
    given_rows = ~np.isin(done.raw.times, column.times, invert=True)
    kept = done.raw.values[given_rows]
    np.testing.assert_array_equal(kept, column.values)
    status = done.raw.status[given_rows]
    assert ((status & FAMILY) >= (column.status & FAMILY)).all()
    assert ((status & column.status) == column.status)[(column.status & FAMILY) == 0].all()
    filled = (done.filled.status & np.uint32(Reason.FILLED)) != 0
    assert not np.isnan(done.filled.values[filled]).any()
    assert ((done.filled.status[filled] & FAMILY) == Family.UNCERTAIN).all()
    assert len(np.unique(done.filled.times)) == len(done.filled)


@settings(max_examples=60)
@given(columns())
def test_validating_again_keeps_every_mark(column: Column) -> None:
    checks = (Duplicate(), Range(-50.0, 50.0))
    once = Chain(checks, Gap(2 * NS)).validate(column)
    again = Chain(checks, Gap(2 * NS)).validate(once)
    np.testing.assert_array_equal(once.times, again.times)
    np.testing.assert_array_equal(once.status, again.status)


@given(
    st.lists(st.floats(0, 1e6), min_size=20, max_size=60),
    st.lists(st.integers(1, 7), min_size=60, max_size=60),
    st.sampled_from([1, 5, 11]),
)
def test_energy_is_kept(powers: list[float], steps: list[int], step: int) -> None:
    """Whatever the rows' times: mean power times the interval adds up to what the rows hold."""
    times = np.cumsum(np.array(steps[: len(powers)], np.int64)) * NS
    column = Column.of(times, np.array(powers))
    span = int(times[-1] - times[0]) // NS
    grid = TimeGrid.of(int(times[0]), step, span // step)
    chain = Chain(gap=None, resampling=Resampling(Combining.MEAN, 0.0, hold_ns=1000 * NS))
    mean = chain.run(column, grid).values
    until = np.minimum(times[1:], grid.end_ns) - np.minimum(times[:-1], grid.end_ns)
    held = float((np.array(powers)[:-1] * until / NS).sum())
    assert mean.sum() * step == pytest.approx(held, rel=1e-12, abs=1e-9)
    finer = chain.run(column, grid.with_step(grid.step_s / 4)).values
    assert finer.sum() * step / 4 == pytest.approx(held, rel=1e-12, abs=1e-9)


@given(
    st.lists(st.floats(0, 100), min_size=30, max_size=60),
    st.sets(st.integers(1, 28), max_size=20),
    st.sampled_from(["linear", "similar_days", "hold"]),
)
def test_growth_of_a_register_is_kept_over_gaps(
    growth: list[float], lost: set[int], method: str
) -> None:
    readings = np.cumsum(np.array(growth))
    values = readings.copy()
    values[[i for i in lost if i < len(values) - 1]] = np.nan
    times = 1_546_300_800 * NS + np.arange(len(values)) * 3600 * NS
    column = Column.of(times, values)
    chain = Chain(
        (Register(rate_max=1.0),),
        filling=Filling(method, 48 * 3600 * NS),  # type: ignore[arg-type]
        resampling=Resampling(Combining.GROWTH),
    )
    grid = TimeGrid(int(times[0]), 3600 * NS, len(values) - 1)
    done = chain.run(column, grid)
    assert done.values.sum() == pytest.approx(readings[-1] - readings[0], rel=1e-9, abs=1e-9)
    assert (done.values >= -1e-9).all()
