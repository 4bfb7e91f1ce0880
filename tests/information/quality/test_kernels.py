"""Single cases that say what a check means."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.quality import Family, Reason, is_bad, is_good
from rami.core.timegrid import NS, TimeGrid
from rami.information.quality.chain import Chain
from rami.information.quality.column import Column
from rami.information.quality.fill import Filling, fill
from rami.information.quality.flatline import Flatline
from rami.information.quality.gaps import Gap, Stale, age_ns
from rami.information.quality.limits import Range, Rate
from rami.information.quality.resample import Combining, Resampling, resample
from rami.information.quality.spike import Spike
from rami.information.quality.stamps import Duplicate
from tests.information.quality.columns import regular

HOUR = 3600 * NS
MISSING = Family.BAD | Reason.MISSING


def load(days: int, seed: int = 3) -> np.ndarray:
    """A heat load: two peaks a day, weekends lower, noise."""
    hour = np.arange(24 * days)
    shape = (
        60 + 40 * np.exp(-((hour % 24 - 7) ** 2) / 2) + 25 * np.exp(-((hour % 24 - 19) ** 2) / 6)
    )
    weekend = (hour // 24 + 1) % 7 >= 5  # 2019-01-01 was a Tuesday
    return shape * np.where(weekend, 0.8, 1.0) + np.random.default_rng(seed).normal(0, 2, len(hour))


def test_rows_are_sorted_and_absent_ones_missing() -> None:
    column = Column.of(np.array([3, 1, 2]), np.array([1.0, np.inf, np.nan]))
    assert column.times.tolist() == [1, 2, 3]
    assert column.status.tolist() == [MISSING, MISSING, 0]
    with pytest.raises(ValueError, match="differ in length: 2, 3, 3"):
        Column.of(np.array([1, 2]), np.zeros(3))


def test_morning_peaks_are_no_spikes_but_a_spike_at_noon_is() -> None:
    values = load(21)
    assert not Spike().marks(regular(values)).any()
    values[24 * 10 + 12] += 60.0
    assert np.flatnonzero(Spike().marks(regular(values))).tolist() == [24 * 10 + 12]


def test_a_step_is_no_spike() -> None:
    values = load(21)
    values[24 * 8 + 2 :] += 300.0
    assert not Spike().marks(regular(values)).any()


def test_spikes_of_several_values_up_to_the_width() -> None:
    values = np.random.default_rng(0).normal(0, 1, 400)
    values[100:103] += 80.0
    values[200:205] += 80.0
    found = np.flatnonzero(Spike().marks(regular(values)))
    assert found.tolist() == [100, 101, 102]


def test_out_of_range_and_back_is_a_spike_too() -> None:
    values = load(21)
    values[50], values[300:310] = 1e6, 1e6
    column = regular(values)
    column = column.graded(Range(0, 500).marks(column))
    marks = Spike().marks(column)
    assert np.flatnonzero(marks).tolist() == [50]


def test_a_register_of_zeros_has_no_spikes_it_can_know_of() -> None:
    values = np.zeros(500)
    values[[50, 300]] = 5.0
    assert not Spike().marks(regular(values)).any()
    assert Spike(floor=1.0).marks(regular(values)).sum() > 0


def test_off_may_stand() -> None:
    values = load(7)
    values[30:80], values[100:130] = 0.0, values[100]
    marks = Flatline(24 * HOUR, resting=((0.0, 0.0),)).marks(regular(values))
    assert np.flatnonzero(marks).tolist() == list(range(100, 130))


def test_what_never_repeats_is_stuck_soon() -> None:
    values = load(30)
    values[300:308] = values[300]
    assert (Flatline(48 * HOUR).marks(regular(values)) != 0).sum() == 8
    assert not Flatline(48 * HOUR, chance=0.0).marks(regular(values)).any()


def test_a_slow_drift_is_not_stuck() -> None:
    values = np.arange(100) * 0.05
    assert not Flatline(5 * HOUR, tolerance=0.2).marks(regular(values)).any()
    assert Flatline(5 * HOUR, tolerance=0.25).marks(regular(values)).all()


def test_jitter_is_no_gap() -> None:
    times = np.array([0, 61, 119, 180, 241, 360, 420]) * NS
    whole = Gap(60 * NS).completed(Column.of(times, np.ones(7)))
    assert whole.times.tolist() == [t * NS for t in (0, 61, 119, 180, 241, 301, 360, 420)]


def test_no_rows_at_all() -> None:
    none = Column.of(np.empty(0, np.int64), np.empty(0))
    grid = TimeGrid(0, HOUR, 5)
    chain = Chain(
        (Range(0, 1), Spike(), Flatline(HOUR), Duplicate(), Rate(1.0), Stale(HOUR)),
        Gap(HOUR),
        Filling(),
        Resampling(),
    )
    done = chain.run(none, grid)
    assert done.status.tolist() == [MISSING] * 5 or is_bad(done.status).all()
    assert np.isnan(done.values).all()
    assert done.known_share == 0.0
    assert age_ns(none, 5) is None


def test_age() -> None:
    column = regular(np.array([1.0, 2.0, np.nan]))
    assert age_ns(column, int(column.times[2])) == HOUR
    assert age_ns(column, int(column.times[0]) - 1) is None


def test_similar_days_beat_a_line_over_a_day() -> None:
    values = load(42)
    holed = values.copy()
    gap = slice(24 * 20, 24 * 21)
    holed[gap] = np.nan
    error = {}
    for method in ("hold", "linear", "similar_days"):
        done = fill(regular(holed), Filling(method, 48 * HOUR))  # type: ignore[arg-type]
        error[method] = float(np.abs(done.values[gap] - values[gap]).mean())
        assert (done.status[gap] == (Family.UNCERTAIN | Reason.FILLED | Reason.MISSING)).all()
    assert error["similar_days"] < 0.3 * min(error["hold"], error["linear"])


def test_a_model_meets_both_edges() -> None:
    values = np.array([10.0, 10.0, np.nan, np.nan, np.nan, 14.0, 14.0])
    model = np.array([0.0, 0.0, 1.0, 2.0, 1.0, 0.0, 0.0])
    done = fill(regular(values), Filling("model", 10 * HOUR), model)
    np.testing.assert_allclose(done.values[2:5], [12.0, 14.0, 14.0])  # 14: never seen higher
    with pytest.raises(ValueError, match="wants the model's series"):
        fill(regular(values), Filling("model"))


def test_a_gap_beyond_the_limit_stays() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan, np.nan, np.nan, 7.0])
    done = fill(regular(values), Filling("linear", 2 * HOUR))
    np.testing.assert_array_equal(done.values, [1, 2, 3, np.nan, np.nan, np.nan, 7])
    assert is_bad(done.status).tolist() == [False] * 3 + [True] * 3 + [False]


def test_temperature_weighted_by_flow() -> None:
    temperature = regular(np.array([90.0, 30.0, 50.0, 60.0]))
    flow = regular(np.array([3.0, 1.0, 0.0, 0.0]))
    grid = TimeGrid(int(flow.times[0]), 2 * HOUR, 2)
    values, status = resample(temperature, grid, Resampling(Combining.WEIGHTED), flow)
    assert values.tolist() == [75.0, 55.0]
    assert is_good(status).all()
    assert status.tolist() == [0, Reason.NO_DEMAND]
    with pytest.raises(ValueError, match="wants the series of weights"):
        resample(temperature, grid, Resampling(Combining.WEIGHTED))


def test_coverage_and_what_it_says() -> None:
    values = np.array([1.0, 1.0, np.nan, 3.0, np.nan, np.nan, np.nan, 1.0])
    column = regular(values)
    grid = TimeGrid(int(column.times[0]), 4 * HOUR, 2)
    mean, status = resample(column, grid, Resampling(Combining.MEAN, 0.5))
    np.testing.assert_allclose(mean, [5 / 3, np.nan])
    assert status.tolist() == [Family.UNCERTAIN | Reason.MISSING, MISSING]
    total, status = resample(column, grid, Resampling(Combining.SUM, 0.5))
    np.testing.assert_allclose(total, [20 / 3, np.nan])
    assert status[0] == Family.UNCERTAIN | Reason.MISSING | Reason.ESTIMATED


def test_to_a_finer_grid() -> None:
    column = regular(np.array([10.0, 20.0, 40.0]))
    grid = TimeGrid(int(column.times[0]), HOUR // 2, 4)
    held, _ = resample(column, grid, Resampling(Combining.MEAN))
    straight, _ = resample(column, grid, Resampling(Combining.INSTANT))
    energy, _ = resample(column, grid, Resampling(Combining.SUM))
    assert held.tolist() == [10, 10, 20, 20]
    assert straight.tolist() == [10, 15, 20, 30]
    assert energy.tolist() == [5, 5, 10, 10]


def test_chain_counts_and_shares() -> None:
    values = load(30)
    values[100] = 9000.0
    values[200] = np.nan
    column = regular(values)
    keep = np.ones(len(values), bool)
    keep[300:303] = False
    column = Column(column.times[keep], column.values[keep], column.status[keep])
    chain = Chain((Range(0, 500), Spike()), Gap(), Filling("linear", 2 * HOUR), Resampling())
    grid = TimeGrid(int(column.times[0]), HOUR, len(values))
    done = chain.run(column, grid)
    assert done.counts == {Reason.MISSING: 4, Reason.RANGE: 1, Reason.SPIKE: 1}
    assert done.known_share == pytest.approx(1 - 5 / len(values))
    assert done.filled_share == pytest.approx(2 / len(values))
    assert np.flatnonzero(np.isnan(done.values)).tolist() == [300, 301, 302]
    with pytest.raises(ValueError, match="the model has 3 values"):
        chain.run(column, grid, model=np.zeros(3))
