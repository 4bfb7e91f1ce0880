"""Validate, fill, resample on one core, beside pandas and SaQC in the same run.

Two years of minutes with gaps, spikes and stuck values; range, gap, spike, flatline, linear
filling up to an hour, hourly means. The pandas chain has the same definitions and must find the
same rows; SaQC's own functions are the nearest there are (a rolling z-score for the spikes), on a
part of the samples, since it is slower.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from statistics import median
from typing import Any

import numpy as np

from benchmarks.row import Row, cpu, in_turns
from rami.core.quality import Reason
from rami.core.timegrid import NS, TimeGrid
from rami.information.quality.chain import Chain, Cleaned
from rami.information.quality.column import Column
from rami.information.quality.fill import Filling
from rami.information.quality.flatline import Flatline
from rami.information.quality.limits import Range
from rami.information.quality.resample import Combining, Resampling
from rami.information.quality.spike import Spike

MINUTE = 60 * NS
HOUR = 60 * MINUTE
START = 1_546_300_800 * NS
LOW, HIGH, THRESHOLD, WIDTH, LONGEST = 0.0, 150.0, 6.0, 3, 6 * HOUR
GOAL = 1e6
SAMPLES, SAQC_SAMPLES = 1_051_200, 43_200


def spoilt(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Times and values of a flow temperature, °C, a little of everything wrong with it."""
    rng = np.random.default_rng(7)
    minute = np.arange(count)
    values = 80 + 8 * np.sin(2 * np.pi * minute / 1440) + 3 * np.sin(2 * np.pi * minute / 525_600)
    values += rng.normal(0, 0.2, count)
    values[rng.integers(0, count, count // 2000)] += 40.0
    values[rng.integers(0, count, count // 5000)] = 999.0
    values[rng.integers(0, count, count // 500)] = np.nan
    for first in rng.integers(0, count - 600, count // 50_000):
        values[first : first + 500] = values[first]
    keep = np.ones(count, bool)
    for first in rng.integers(1, count - 200, count // 5000):
        keep[first : first + int(rng.integers(1, 120))] = False
    keep[[0, -1]] = True
    return (START + minute * MINUTE)[keep], values[keep]


CHAIN = Chain(
    (Range(LOW, HIGH), Spike(THRESHOLD, width=WIDTH), Flatline(LONGEST, chance=0.0)),
    filling=Filling("linear", HOUR),
    resampling=Resampling(Combining.MEAN, 0.75),
)


def ours(times: np.ndarray, values: np.ndarray, count: int) -> Cleaned:
    """The chain on one signal."""
    return CHAIN.run(Column.of(times, values), TimeGrid(START, HOUR, count // 60))


def by_pandas(times: np.ndarray, values: np.ndarray, count: int) -> tuple[Any, Any, Any]:
    """The same in vectorised pandas: hourly means, where spikes and where stuck."""
    pd = import_module("pandas")
    series = pd.Series(values, pd.to_datetime(times, utc=True))
    whole = pd.date_range(series.index[0], periods=count, freq="min")
    known = series.where(series.between(LOW, HIGH)).dropna()
    ranged = series.notna() & ~series.between(LOW, HIGH)
    least = 0.05 * (known.quantile(0.99, "lower") - known.quantile(0.01, "lower"))
    step = known.index.to_series().diff()
    cut = (step > pd.Timedelta(minutes=WIDTH + 1)).cumsum()
    spike = pd.Series(False, known.index)
    for width in (1, WIDTH):
        sides = []
        for y in (known, -known):
            # a padded copy keeps what lies beyond a gap or the ends from counting
            pad = pd.Series(np.inf, pd.MultiIndex.from_product([cut.unique(), range(width)]))
            place = np.searchsorted(cut.to_numpy(), pad.index.get_level_values(0))
            wide = pd.Series(np.insert(y.to_numpy(), place, np.inf))
            wide = pd.concat([wide, pd.Series(np.full(width, np.inf))], ignore_index=True)
            low = wide.rolling(width + 1).min()
            opened = low.rolling(width + 1).max().shift(-width)
            sides.append(y - opened[np.isfinite(wide)].to_numpy())
        peak = sides[0].where(sides[0] > sides[1], sides[1])
        usual, rare = peak.quantile(0.9, "lower"), peak.quantile(0.98, "lower")
        spike |= peak > max(least, usual + THRESHOLD * (rare - usual))
    run = ranged.ne(ranged.shift()).cumsum()
    short = ranged & (ranged.groupby(run).transform("size") <= WIDTH)
    beside = series.between(LOW, HIGH).shift(1, fill_value=False)
    after = series.between(LOW, HIGH).shift(-1, fill_value=False)
    ends = beside.groupby(run).transform("first") & after.groupby(run).transform("last")
    out = short & ends
    known = known[~spike]
    same = known.ne(known.shift()).cumsum()
    grouped = known.index.to_series().groupby(same)
    long = (grouped.transform("max") - grouped.transform("min")) >= pd.Timedelta(LONGEST, "ns")
    stuck = long & (known.groupby(same).transform("size") >= 4)
    clean = known[~stuck].reindex(whole)
    hole = clean.isna()
    length = hole.groupby(hole.ne(hole.shift()).cumsum()).transform("size")
    filled = clean.interpolate("linear", limit_area="inside").where(~hole | (length <= 60))
    hourly = filled.resample("h").agg(["mean", "count"])
    return (
        hourly["mean"].where(hourly["count"] >= 45),
        spike[spike].index.union(out[out].index),
        stuck,
    )


def by_saqc(times: np.ndarray, values: np.ndarray) -> Any:
    """SaQC's nearest functions."""
    pd, saqc = import_module("pandas"), import_module("saqc")
    data = pd.DataFrame({"x": values}, index=pd.to_datetime(times))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        qc = saqc.SaQC(data)
        qc = qc.flagRange("x", min=LOW, max=HIGH).flagMissing("x")
        qc = qc.flagZScore("x", method="modified", window="1h", thresh=6.0)
        qc = qc.flagConstants("x", thresh=0.0, window="6h")
        qc = qc.align("x", freq="1min", method="time")
        qc = qc.resample("x", freq="1h", func="mean")
        return qc.data["x"]


def _checked(times: np.ndarray, values: np.ndarray, count: int) -> None:
    """Ours and pandas must agree before they are timed."""
    mine = ours(times, values, count)
    mean, spikes, stuck = by_pandas(times, values, count)
    np.testing.assert_allclose(mine.values, mean.to_numpy(), rtol=1e-9)
    for reason, theirs in ((Reason.SPIKE, spikes), (Reason.STUCK, stuck[stuck].index)):
        at = mine.raw.times[(mine.raw.status & np.uint32(reason)) != 0]
        if at.tolist() != theirs.as_unit("ns").asi8.tolist():
            raise RuntimeError(f"pandas and we disagree on {reason.name}")


def _installed(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def _alone(work: Callable[[], object], samples: int, repeats: int) -> float:
    work()
    return samples / median(cpu(work) for _ in range(repeats))


def rows(quick: bool = False) -> Iterator[Row]:
    """Samples per CPU second, then times faster than the peers."""
    repeats = 3 if quick else 7
    times, values = spoilt(SAMPLES)
    count = len(times)
    rate = _alone(lambda: ours(times, values, SAMPLES), count, repeats)
    yield Row("quality: validate + fill + resample", rate, "1/s", goal=GOAL, met=rate >= GOAL)
    if _installed("pandas"):
        _checked(times, values, SAMPLES)
        race = in_turns(
            lambda: cpu(lambda: ours(times, values, SAMPLES)),
            lambda: cpu(lambda: by_pandas(times, values, SAMPLES)),
            repeats,
            1e9 / count,
        )
        yield race.times_faster("quality: a sample", "ns", "the same in pandas", 1.0)
    if _installed("saqc"):
        few, some = spoilt(SAQC_SAMPLES)
        race = in_turns(
            lambda: cpu(lambda: ours(few, some, SAQC_SAMPLES)),
            lambda: cpu(lambda: by_saqc(few, some)),
            1 if quick else 3,
            1e9 / len(few),
        )
        yield race.times_faster("quality: a sample, a month", "ns", "SaQC's nearest functions", 1.0)
