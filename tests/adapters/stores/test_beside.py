"""A store that one process writes and others read."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from rami.core.errors import DataError, UnreachableError
from rami.core.historian import Aggregation
from rami.core.quality import good
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid
from rami.information.historian.apart import StoreApart
from rami.information.historian.beside import StoreBeside, open_shared

START = 1_700_000_000 * NS


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[StoreApart]:
    plain = partial(DuckdbConfiguration(folder=Path("h")).open, tmp_path)
    made = StoreApart(partial(open_shared, plain, tmp_path / "readers.sock"))
    made.declare([Signal("a", "power"), Signal("b", "temperature", description="warm")])
    times = START + NS * np.arange(100)
    values = np.where(np.arange(100) == 7, np.nan, np.arange(100.0))
    made.write(Rows.of_series("a", times, values, good(100)))
    yield made
    made.close()


def test_readers_see_what_is_written(writer: StoreApart, tmp_path: Path) -> None:
    reader = StoreBeside(tmp_path / "readers.sock")
    assert reader.signals() == writer.signals()
    grid = TimeGrid(START, 10 * NS, 12)
    for _ in range(2):
        found, wanted = (s.rows(["b", "a"], START, START + 200 * NS) for s in (reader, writer))
        for column in ("places", "times", "values", "status"):
            np.testing.assert_array_equal(getattr(found, column), getattr(wanted, column))
        mine, theirs = (s.read(["a"], grid, Aggregation.MEAN) for s in (reader, writer))
        np.testing.assert_array_equal(mine.values, theirs.values)
        np.testing.assert_array_equal(mine.quality, theirs.quality)
        assert reader.last(["a"]).times.tolist() == writer.last(["a"]).times.tolist()
        assert reader.stats().first_ns == START
        later = Rows.of_series("a", np.array([START + 150 * NS]), np.array([5.0]), good(1))
        writer.write(later)
    assert len(reader.rows(["a"], START, START + 200 * NS)) == 101
    with pytest.raises(DataError, match="nothing"):
        reader.rows(["nothing"], START, START + NS)
    # and goes on after an error
    assert len(reader.rows(["a"], START, START + NS)) == 1
    reader.close()


def test_only_the_owner_may_read(writer: StoreApart, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "readers.sock").stat().st_mode) == 0o600


def test_nobody_writes(writer: StoreApart, tmp_path: Path) -> None:
    reader = StoreBeside(tmp_path / "readers.sock")
    assert reader.signals()
    writer.close()
    with pytest.raises(UnreachableError):
        reader.signals()
    reader.close()
    with pytest.raises(UnreachableError, match="nobody answers"):
        StoreBeside(tmp_path / "readers.sock")
