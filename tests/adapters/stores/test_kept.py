"""Rows outlast the process, compaction and the end of a month; retention; figures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rami.core.errors import RamiError
from rami.core.historian import Aggregation, Store
from rami.core.timegrid import instant
from tests.adapters.stores.cases import (
    DAY,
    HOUR,
    T0,
    Case,
    everything,
    hourly,
    plain,
    series,
    several,
)


def test_closed_and_opened_again(case: Case) -> None:
    store = case.with_signals("a", "b")
    store.write(several(a={T0: 1.0, T0 + HOUR: 2.0}, b={T0: 3.0}))
    store.write(several(a={T0: 1.5}))
    before = everything(store, "a", "b", superseded=True)
    store.close()
    again = case.open()
    assert everything(again, "a", "b", superseded=True) == before
    assert [s.name for s in again.signals()] == ["a", "b"]
    assert again.write(several(b={T0: 3.0})).duplicates == 1
    assert again.write(several(a={T0 + 2 * HOUR: 1.0, T0 + 1: 0.0})).late == 1


def test_closing_twice_is_no_error(case: Case) -> None:
    store = case.with_signals("a")
    store.close()
    store.close()


def test_read_only_reads_and_does_not_write(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0], [1.0]))
    store.close()
    reader = case.open(read_only=True)
    assert everything(reader, "a") == [("a", T0, 1.0, 0)]
    with pytest.raises(RamiError):
        reader.write(series("a", [T0 + 1], [1.0]))
    assert len(everything(reader, "a")) == 1


def months_of_rows(case: Case, **settings: object) -> Store:
    """Three months of daily rows of two signals, some corrected, one late."""
    store = case.with_signals("a", "b", **settings)
    for k in range(90):
        store.write(several(a={T0 + k * DAY: float(k)}, b={T0 + k * DAY: -float(k)}))
    store.write(several(a={T0 + 3 * DAY: 33.0, T0 + 40 * DAY: 44.0, T0 + 5 * DAY + 1: 5.5}))
    return store


def answers(store: Store) -> list[object]:
    names = ["b", "a"]
    found: list[object] = [
        everything(store, *names),
        everything(store, *names, superseded=True),
        sorted(plain(store.last(names))),
        plain(store.rows(["a"], T0 + 10 * DAY, T0 + 60 * DAY)),
        store.signals(),
        store.stats().rows,
        dict(store.stats().months),
    ]
    daily = hourly(24 * 95)
    for how in Aggregation:
        frame = store.read(names, daily, how)
        found += [frame.values.tobytes(), frame.quality.tobytes()]
    return found


def test_compaction_changes_no_answer(case: Case) -> None:
    store = months_of_rows(case)
    before = answers(store)
    figures = store.compact()
    assert all(isinstance(v, int | float) for v in figures.values())
    assert answers(store) == before
    store.compact()
    store.close()
    assert answers(case.open()) == before


def test_a_closed_month_can_be_corrected(case: Case) -> None:
    store = months_of_rows(case)
    store.compact()
    rows = series("a", [T0, T0 + DAY, T0 + 2 * DAY + 7], [0.0, 11.0, 22.0])
    written = store.write(rows)
    assert (written.duplicates, written.corrections, written.new) == (1, 1, 1)
    assert written.late == 1
    values = [v for _, _, v, _ in everything(store, "a")][:5]
    assert values == [0.0, 11.0, 2.0, 22.0, 33.0]
    before = answers(store)
    store.compact()
    assert answers(store) == before


def test_retention_drops_what_is_older(case: Case) -> None:
    """Counted from the newest row of the store, so that recorded years may be kept as well."""
    store = months_of_rows(case, retention="30 d")
    newest = T0 + 89 * DAY
    store.compact()
    kept = [t for _, t, _, _ in everything(store, "a", superseded=True)]
    assert all(t in kept for t in range(newest - 30 * DAY, newest + 1, DAY))
    assert min(kept) >= newest - 30 * DAY
    assert store.stats().first_ns == min(kept)
    assert store.last(["a"]).times.tolist() == [newest]


def test_without_retention_all_is_kept(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [instant("1990-01-01T00:00Z"), T0], [1.0, 2.0]))
    store.compact()
    assert len(everything(store, "a")) == 2


def test_stats(case: Case) -> None:
    store = case.with_signals("a", "b", "none")
    empty = store.stats()
    assert (empty.rows, empty.first_ns, empty.last_ns, dict(empty.months)) == (0, None, None, {})
    assert np.isnan(empty.bytes_per_row)
    store.write(several(a={T0: 1.0, T0 + 40 * DAY: 2.0}, b={T0 + 1: 3.0}))
    stats = store.stats()
    assert (stats.signals, stats.rows) == (3, 3)
    assert (stats.first_ns, stats.last_ns) == (T0, T0 + 40 * DAY)
    assert dict(stats.months) == {"2019-01": 2, "2019-02": 1}
    assert stats.bytes > 0 and stats.kind == case.name and stats.place


def test_months_are_those_of_utc(case: Case) -> None:
    store = case.with_signals("a")
    edge = instant("2019-02-01T00:00Z")
    store.write(series("a", [edge - 1, edge], [1.0, 2.0]))
    assert dict(store.stats().months) == {"2019-01": 1, "2019-02": 1}


def test_readers_at_once_while_one_writes(case: Case) -> None:
    """Every answer is that of whole batches."""
    names = ["a", "b"]
    store = case.with_signals(*names)

    def write(k: int) -> int:
        return store.write(several(a={T0 + k: float(k)}, b={T0 + k: float(k)})).new

    def look(_: int) -> bool:
        rows = store.rows(names, T0, T0 + DAY)
        frame = store.read(names, hourly(1), Aggregation.COUNT)
        half = len(rows) // 2
        whole = np.array_equal(rows.times[:half], rows.times[half:])
        counts = frame.values[0]
        return bool(whole and (counts[0] == counts[1] or np.isnan(counts).all()))

    with ThreadPoolExecutor(6) as pool:
        written = pool.map(write, range(40))
        looked = pool.map(look, range(60))
        assert all(looked) and sum(written) == 80
    assert len(everything(store, *names)) == 80
