import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.quality import Family, Reason, good, quality
from rami.core.timegrid import TimeGrid
from rami.information.gaps import Gap, fill_gaps, find_gaps
from rami.information.resample import resample

HOURS = TimeGrid.of("2019-03-31T00:00Z", 3600, 4)
VALUES = np.array([1.0, 3.0, -2.0, 8.0])


def test_finer_holds_and_is_exact() -> None:
    grid = TimeGrid.of("2019-03-31T01:00Z", 900, 8)
    values, _ = resample(VALUES, good(4), HOURS, grid)
    assert values.tolist() == [3.0] * 4 + [-2.0] * 4


def test_coarser_averages() -> None:
    values, _ = resample(VALUES, good(4), HOURS, TimeGrid.of("2019-03-31T00:00Z", 7200, 2))
    assert values.tolist() == [2.0, 3.0]


def test_temperatures_go_straight_between_starts() -> None:
    grid = TimeGrid.of("2019-03-31T00:00Z", 1800, 8)
    values, _ = resample(VALUES, good(4), HOURS, grid, smooth=True)
    assert values.tolist() == [1.0, 2.0, 3.0, 0.5, -2.0, 3.0, 8.0, 8.0]


def test_quality_is_the_worst_that_contributes() -> None:
    grade = good(4)
    grade[1] = quality(Family.UNCERTAIN, Reason.FILLED)
    _, coarse = resample(VALUES, grade, HOURS, TimeGrid.of("2019-03-31T00:00Z", 7200, 2))
    assert coarse.tolist() == [int(grade[1]), 0]
    _, odd = resample(VALUES, grade, HOURS, TimeGrid.of("2019-03-31T00:30Z", 3600, 3))
    assert odd.tolist() == [int(grade[1]), int(grade[1]), 0]


@pytest.mark.parametrize("start", ["2019-03-30T23:00Z", "2019-03-31T01:00Z"])
def test_outside_is_refused(start: str) -> None:
    with pytest.raises(ValueError, match="not covered"):
        resample(VALUES, good(4), HOURS, TimeGrid.of(start, 3600, 4))


@given(
    st.lists(st.floats(-1e4, 1e4), min_size=6, max_size=30),
    st.sampled_from([300, 420, 900, 1800, 3600, 5400, 7200]),
    st.integers(0, 3600),
)
def test_energy_is_kept(values: list[float], step: int, shift: int) -> None:
    raster = TimeGrid.of("2019-01-01T00:00Z", 1800, len(values))
    count = int((raster.duration_s - shift) // step)
    grid = TimeGrid.of(raster.start_ns + shift * 10**9, step, count)
    got, _ = resample(np.array(values), good(len(values)), raster, grid)
    edges = np.arange(len(values) + 1) * 1800.0
    integral = np.concatenate([[0], np.cumsum(values)]) * 1800
    wanted = np.interp([shift, shift + count * step], edges, integral)
    assert got.sum() * step == pytest.approx(wanted[1] - wanted[0], abs=1e-3)


def test_gaps_up_to_the_limit_are_filled() -> None:
    nan = np.nan
    values = np.array([nan, 1.0, nan, 3.0, nan, nan, nan, 7.0, nan])
    assert find_gaps(values) == [Gap(0, 1), Gap(2, 1), Gap(4, 3), Gap(8, 1)]
    filled, mask, stay = fill_gaps(values, 2, "linear")
    assert filled[2] == 2.0
    assert mask.nonzero()[0].tolist() == [2]
    assert stay == [Gap(0, 1), Gap(4, 3), Gap(8, 1)]  # the ends have nothing to lean on
    held, mask, _ = fill_gaps(values, 3, "hold")
    assert held[4:7].tolist() == [3.0, 3.0, 3.0]
    assert mask.sum() == 4
    assert np.isnan(values[2])  # the original is left alone
