"""A disk without room: one line, nothing torn, and on it goes when there is room again."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.errors import RunError
from rami.core.signal import Rows
from tests.adapters.stores.cases import DAY, EVER, HOUR, T0, power

NAMES = ("a", "b")


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes: writing fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def batch(n: int, count: int = 500) -> Rows:
    """Half a month of rows that do not compress."""
    values = np.random.default_rng(n).normal(size=2 * count)
    times = T0 + n * 25 * DAY + np.arange(count, dtype=np.int64) * HOUR
    places = np.repeat(np.arange(2, dtype=np.int32), count)
    return Rows(NAMES, places, np.tile(times, 2), values, np.zeros(2 * count, np.uint32))


def opened(folder: Path, in_memory: int) -> DuckdbStore:
    store = DuckdbStore(folder, DuckdbConfiguration(), in_memory=in_memory)
    store.declare([power(n) for n in NAMES])
    return store


def values(store: DuckdbStore) -> list[float]:
    return sorted(store.rows(NAMES, *EVER).values.tolist())


def wanted(*batches: int) -> list[float]:
    return sorted(v for n in batches for v in batch(n).values.tolist())


@pytest.mark.parametrize("size", [10_000, 24_000, 30_000, 47_000], ids=str)
def test_log_meets_a_full_disk(tmp_path: Path, size: int) -> None:
    store = opened(tmp_path, 1 << 20)
    kept = []
    with room_for(size):
        for n in range(3):
            try:
                store.write(batch(n))
            except RunError as error:
                assert (
                    "full" in str(error) and "\n" not in str(error) and str(tmp_path) in str(error)
                )
            else:
                kept.append(n)
        assert len(kept) < 3
        assert values(store) == wanted(*kept)
    store.write(batch(3))
    assert values(store) == wanted(*kept, 3)
    store.close()
    assert values(opened(tmp_path, 1 << 20)) == wanted(*kept, 3)


@pytest.mark.parametrize("size", [100, 1_500, 3_000], ids=str)
def test_parts_meet_a_full_disk(tmp_path: Path, size: int) -> None:
    store = opened(tmp_path, 1)
    store.write(batch(0))
    with room_for(size):
        for change in (lambda: store.write(batch(1)), store.compact, lambda: store.erase(["a"])):
            with pytest.raises(RunError, match="full"):
                change()
            assert values(store) == wanted(0)
    files = {f.name for f in tmp_path.iterdir()}
    assert not {f for f in files if f.endswith((".parquet", ".new"))}
    assert store.write(batch(1)).new == 1000
    store.compact()
    assert values(store) == wanted(0, 1)
    store.close()
    again = opened(tmp_path, 1)
    assert values(again) == wanted(0, 1)
    again.close()


def test_declaring_meets_a_full_disk(tmp_path: Path) -> None:
    store = opened(tmp_path, 1)
    with room_for(50), pytest.raises(RunError, match="full"):
        store.declare([power("c")])
    assert [s.name for s in store.signals()] == ["a", "b"]
    store.declare([power("c")])
    store.write(batch(0))
    store.close()
    assert [s.name for s in opened(tmp_path, 1).signals()] == ["a", "b", "c"]
