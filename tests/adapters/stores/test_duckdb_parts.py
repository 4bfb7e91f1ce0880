"""Memory, parts, merged parts and closed months give one answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.stores.duckdb import closing
from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.manifest import Manifest
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.historian import Aggregation, Store
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid, instant
from tests.adapters.stores.cases import DAY, HOUR, T0, Case, power, series
from tests.adapters.stores.test_against_model import action, follow


@dataclass
class Small(Case):
    """A store that keeps next to nothing in memory."""

    in_memory: int = 3

    def open(self, *, read_only: bool = False, **settings: Any) -> Store:
        configuration = DuckdbConfiguration.model_validate(settings)
        place = self.folder / "history"
        store = DuckdbStore(place, configuration, in_memory=self.in_memory)
        self.opened.append(store)
        return store


@settings(max_examples=20)
@given(actions=st.lists(action, min_size=1, max_size=9), in_memory=st.integers(1, 20))
def test_answers_as_the_model_whatever_becomes_parts(
    actions: list[tuple[str, Any]], in_memory: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(closing, "ALIKE", 2)
        patch.setattr(closing, "AT_ONCE", 3)
        case = Small("duckdb", {}, Path(folder), Path(folder), in_memory=in_memory)
        try:
            follow(case, actions)
        finally:
            case.close()


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., DuckdbStore]:
    """A store of ten signals, rows in memory as few as asked for."""

    def opening(in_memory: int = 1 << 20) -> DuckdbStore:
        store = DuckdbStore(tmp_path, DuckdbConfiguration(), in_memory=in_memory)
        store.declare([power(n) for n in NAMES])
        return store

    return opening


NAMES = tuple(f"s{k}" for k in range(10))
Opened = Callable[..., DuckdbStore]


def filled(store: DuckdbStore, batches: int, step_ns: int, start: int = T0) -> None:
    """Regular rows, time by time."""
    random = np.random.default_rng(1)
    for n in range(batches):
        times = start + (20 * n + np.arange(20, dtype=np.int64)) * step_ns
        store.write(
            Rows(
                NAMES,
                np.tile(np.arange(10, dtype=np.int32), 20),
                np.repeat(times, 10),
                random.normal(size=200),
                np.zeros(200, np.uint32),
            )
        )


def sums(store: DuckdbStore, grid: TimeGrid, how: Aggregation) -> None:
    """Many signals at once is the sum of one by one."""
    each = store.read(NAMES, grid, how).values
    frame = store.aggregate(NAMES, grid, how, Aggregation.SUM)
    there = ~np.isnan(each)
    wanted = np.where(there.any(axis=1), np.nansum(each, axis=1), np.nan)
    np.testing.assert_allclose(frame["value"], wanted, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(frame["signals"], there.sum(axis=1))


@pytest.mark.parametrize("in_memory", [700, 1 << 20])
@pytest.mark.parametrize("step_s", [60, 3599, 3600])
def test_fleet_by_either_way(opened: Opened, in_memory: int, step_s: int) -> None:
    """One grouping where no interval can hold two rows of a signal, two elsewhere."""
    store = opened(in_memory)
    filled(store, 30, step_s * NS)
    grids = [TimeGrid(T0, HOUR, 1300), TimeGrid(T0 + 11 * NS, HOUR, 1300)]
    grids.append(TimeGrid(instant("2019-01-31T23:30Z"), HOUR, 3))
    for compacted in (False, True):
        for grid in grids:
            for how in (Aggregation.MEAN, Aggregation.COUNT, Aggregation.LAST):
                sums(store, grid, how)
        if not compacted:
            store.compact()
    store.write(series("s3", [T0 + 7, T0 + 9 * HOUR + 5, T0 + 40 * DAY], [5.0, 6.0, 7.0]))
    store.write(series("s4", [T0], [99.0]))
    for grid in grids:
        sums(store, grid, Aggregation.SUM)


def test_an_interval_over_the_end_of_a_month(opened: Opened) -> None:
    """Two rows of one signal, closer than the step, in parts of two months."""
    store = opened(1)
    edge = instant("2019-02-01T00:00Z")
    for time, value in ((edge - 2 * HOUR, 1.0), (edge - 10 * NS, 2.0), (edge + 10 * NS, 4.0)):
        store.write(series("s0", [time], [value]))
    store.write(series("s0", [edge + 40 * DAY], [0.0]))
    store.compact()
    grid = TimeGrid(edge - HOUR // 2, HOUR, 1)
    assert store.aggregate(NAMES, grid, Aggregation.MEAN, Aggregation.SUM)["value"][0] == 3.0


def parts_of(folder: Path) -> tuple[Any, ...]:
    manifest = Manifest.read(folder)
    assert manifest is not None
    return manifest.parts


def test_many_small_parts_become_few(opened: Opened, tmp_path: Path) -> None:
    store = opened(1)
    filled(store, 40, 60 * NS)
    assert len(parts_of(tmp_path)) < 3 * closing.ALIKE
    assert store.stats().rows == 8_000


def test_a_closed_month_is_one_run_sorted_by_signal(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "AT_ONCE", 1000)
    store = opened(900)
    filled(store, 40, HOUR)
    figures = store.compact()
    assert figures["months_closed"] == 1
    closed = [p for p in parts_of(tmp_path) if p.month == 49 * 12]
    assert len(closed) > 1 and len({p.run for p in closed}) == 1
    by_signal = sorted(closed, key=lambda p: p.first_id)
    assert all(a.last_id < b.first_id for a, b in pairwise(by_signal))
    assert store.compact()["months_closed"] == 0


def test_only_named_files_lie_in_the_folder(opened: Opened, tmp_path: Path) -> None:
    store = opened(300)
    filled(store, 20, HOUR)
    store.write(series("s1", [T0], [7.0]))
    store.compact()
    store.erase(["s2"], T0 + 5 * HOUR)
    manifest = Manifest.read(tmp_path)
    assert manifest is not None
    names = {f.name for f in tmp_path.iterdir()}
    assert names == {"lock", "manifest.json", *manifest.files()}


def test_bytes_per_row_of_meters(opened: Opened) -> None:
    """Rows of meter readings: far below the 24 bytes of their columns."""
    store = opened()
    store.declare([Signal("E", "energy", cumulative=True)])
    times = T0 + HOUR * np.arange(200_000, dtype=np.int64)
    growth = np.round(np.random.default_rng(3).gamma(2.0, 2.0, len(times)), 1)
    store.write(Rows.of_series("E", times, growth))
    store.compact()
    assert store.stats().bytes_per_row < 6.0


def test_retention_is_counted_from_the_newest_row_or_the_present(tmp_path: Path) -> None:
    """A row from a clock that is years ahead drops nothing."""
    settings_ = DuckdbConfiguration.model_validate({"retention": "30 d"})
    store = DuckdbStore(tmp_path, settings_, clock=lambda: T0 + 40 * DAY)
    store.declare([power("a"), power("ahead")])
    store.write(series("a", [T0, T0 + 20 * DAY, T0 + 40 * DAY], [1.0, 2.0, 3.0]))
    store.write(series("ahead", [T0 + 4000 * DAY], [1.0]))
    assert store.compact()["rows_dropped"] == 1
    assert store.stats().rows == 3
