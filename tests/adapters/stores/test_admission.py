"""What no store takes, and what a clock gone wrong does."""

from __future__ import annotations

import numpy as np
import pytest

from rami.core.admission import EARLIEST, LATEST, LONGEST
from rami.core.errors import DataError
from rami.core.signal import Signal
from rami.core.timegrid import instant
from tests.adapters.stores.cases import T0, Case, series


@pytest.mark.parametrize(
    "instant_ns", [-(2**63), 2**63 - 1, EARLIEST - 1, LATEST, instant("2262-04-05T00:00Z")]
)
def test_instants_that_cannot_be_kept(case: Case, instant_ns: int) -> None:
    """Told, and nothing of their batch is kept."""
    store = case.with_signals("a")
    with pytest.raises(DataError, match="1 rows are not from 1800 to 2250, the first of 'a'"):
        store.write(series("a", [T0, instant_ns], [1.0, 2.0]))
    assert store.stats().rows == 0


def test_rows_from_all_ages_outlive_compaction(case: Case) -> None:
    store = case.with_signals("a")
    times = [EARLIEST, -1, 0, T0, instant("2249-12-31T23:59:59Z"), LATEST - 1]
    store.write(series("a", times, range(6)))
    store.compact()
    assert store.rows(["a"], EARLIEST, LATEST).times.tolist() == times
    assert store.stats().rows == 6


@pytest.mark.parametrize("name", ["", "a\nb", "a\0b", "a\ud800", "n" * (LONGEST + 1)])
def test_names_that_cannot_be_kept(case: Case, name: str) -> None:
    with pytest.raises(DataError, match="name"):
        case.open().declare([Signal("fine", "power"), Signal(name, "power")])


def test_odd_names(case: Case) -> None:
    names = [" ", "o'q\"", "*", "[a", "../x", "a,b", "é\u00a0%s", "n" * LONGEST]
    store = case.with_signals(*names)
    for k, name in enumerate(names):
        store.write(series(name, [T0], [k]))
    assert store.rows(names, T0, T0 + 1).values.tolist() == [*range(len(names))]
    assert {s.name for s in store.signals()} == {*names}


def test_unknown_quantity(case: Case) -> None:
    with pytest.raises(DataError, match=r"no quantity 'powr'.*did you mean 'power'"):
        case.open().declare([Signal("a", "powr")])


def test_a_row_from_the_future_shuts_nothing_out(case: Case) -> None:
    store = case.with_signals("a", late="36500 d")
    store.write(series("a", [instant("2200-01-01T00:00Z")], [1.0]))
    written = store.write(series("a", [T0, EARLIEST], [2.0, 3.0]))
    assert (written.new, written.late, dict(written.refused)) == (1, 1, {"too late": 1})


def test_many_small_corrections(case: Case) -> None:
    """Each instant holds its last one, and every earlier one is kept."""
    store = case.with_signals("a")
    times = T0 + np.arange(10, dtype=np.int64)
    for turn in range(10):
        for k in range(10):
            store.write(series("a", [int(times[k])], [turn]))
    assert store.rows(["a"], T0, T0 + 10).values.tolist() == [9.0] * 10
    every = store.rows(["a"], T0, T0 + 10, superseded=True)
    assert every.values.tolist() == [*range(10)] * 10
