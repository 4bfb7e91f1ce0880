"""What becomes of rows: new, duplicate, correction, late, refused."""

import numpy as np
import pytest

from rami.core.errors import DataError
from rami.core.historian import Written
from rami.core.quality import Family, Reason, quality
from rami.core.signal import Rows
from rami.core.timegrid import instant
from tests.adapters.stores.cases import DAY, HOUR, T0, Case, everything, plain, series, several

SUSPECT = quality(Family.UNCERTAIN, Reason.SPIKE)


def test_new_rows(case: Case) -> None:
    store = case.with_signals("a", "b")
    written = store.write(several(a={T0: 1.0, T0 + HOUR: 2.0}, b={T0: 3.0}))
    assert written == Written(new=3)
    assert everything(store, "b", "a") == [
        ("b", T0, 3.0, 0),
        ("a", T0, 1.0, 0),
        ("a", T0 + HOUR, 2.0, 0),
    ]


def test_no_rows_are_no_error(case: Case) -> None:
    store = case.with_signals("a")
    assert store.write(Rows.none(["a"])) == Written()


def test_the_same_rows_again_are_duplicates(case: Case) -> None:
    store = case.with_signals("a")
    rows = series("a", [T0, T0 + HOUR, T0 + 2 * HOUR], [1.0, np.nan, -0.1])
    assert store.write(rows).new == 3
    assert store.write(rows) == Written(duplicates=3)
    assert len(everything(store, "a", superseded=True)) == 3


def test_a_later_value_is_a_correction_and_the_earlier_is_kept(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0, T0 + HOUR], [1.0, 2.0]))
    assert store.write(series("a", [T0], [1.5])) == Written(corrections=1)
    assert everything(store, "a") == [("a", T0, 1.5, 0), ("a", T0 + HOUR, 2.0, 0)]
    assert everything(store, "a", superseded=True) == [
        ("a", T0, 1.0, 0),
        ("a", T0, 1.5, 0),
        ("a", T0 + HOUR, 2.0, 0),
    ]


def test_every_correction_is_kept_in_the_order_of_writing(case: Case) -> None:
    store = case.with_signals("a")
    for value in (3.0, 1.0, 2.0):
        store.write(series("a", [T0], [value]))
    assert [v for _, _, v, _ in everything(store, "a", superseded=True)] == [3.0, 1.0, 2.0]
    assert everything(store, "a") == [("a", T0, 2.0, 0)]


def test_another_status_is_a_correction(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0], [1.0]))
    assert store.write(series("a", [T0], [1.0], [SUSPECT])).corrections == 1
    assert everything(store, "a") == [("a", T0, 1.0, SUSPECT)]


def test_a_value_after_no_value_is_a_correction_and_back(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0], [np.nan]))
    assert store.write(series("a", [T0], [1.0])).corrections == 1
    assert store.write(series("a", [T0], [np.nan])).corrections == 1
    assert np.isnan(everything(store, "a")[0][2])


def test_within_one_batch_the_last_of_an_instant_counts(case: Case) -> None:
    store = case.with_signals("a")
    written = store.write(series("a", [T0, T0, T0 + HOUR, T0 + HOUR], [1.0, 2.0, 3.0, 3.0]))
    assert (written.new, written.corrections, written.duplicates) == (2, 1, 1)
    assert everything(store, "a") == [("a", T0, 2.0, 0), ("a", T0 + HOUR, 3.0, 0)]
    assert [v for _, _, v, _ in everything(store, "a", superseded=True)] == [1.0, 2.0, 3.0]


def test_late_rows_are_kept_and_counted(case: Case) -> None:
    store = case.with_signals("a", "b")
    store.write(series("a", [T0 + 5 * HOUR], [5.0]))
    written = store.write(several(a={T0: 0.0, T0 + 6 * HOUR: 6.0}, b={T0: 1.0}))
    assert (written.new, written.late) == (3, 1)
    assert [t for _, t, _, _ in everything(store, "a")] == [T0, T0 + 5 * HOUR, T0 + 6 * HOUR]


def test_out_of_order_within_a_batch_comes_back_in_order(case: Case) -> None:
    store = case.with_signals("a")
    times = [T0 + k * HOUR for k in (3, 0, 2, 1)]
    assert store.write(series("a", times, [3.0, 0.0, 2.0, 1.0])).new == 4
    assert [v for _, _, v, _ in everything(store, "a")] == [0.0, 1.0, 2.0, 3.0]


def test_rows_too_late_are_refused_with_the_reason(case: Case) -> None:
    store = case.with_signals("a", "b", late="1 d")
    store.write(series("a", [T0 + 2 * DAY], [1.0]))
    written = store.write(several(a={T0: 0.0, T0 + DAY: 1.0, T0 + DAY + HOUR: 2.0}, b={T0: 3.0}))
    assert (written.new, written.late) == (3, 2)
    assert sum(written.refused.values()) == 1
    assert all(isinstance(why, str) and why for why in written.refused)
    assert [t for _, t, _, _ in everything(store, "a")] == [
        T0 + DAY,
        T0 + DAY + HOUR,
        T0 + 2 * DAY,
    ]


def test_times_are_kept_to_the_nanosecond(case: Case) -> None:
    store = case.with_signals("a")
    times = [
        instant("1971-01-01T00:00Z") + 1,
        T0 + 123_456_789,
        T0 + 123_456_790,
        instant("2198-12-31T23:59Z") + 999_999_999,
    ]
    store.write(series("a", times, range(4)))
    assert [t for _, t, _, _ in everything(store, "a")] == times
    inside = store.rows(["a"], times[1], times[2])
    assert inside.times.tolist() == [times[1]] and inside.times.dtype == np.int64


def test_values_and_status_are_kept_to_the_bit(case: Case) -> None:
    store = case.with_signals("a")
    values = np.array([0.1 + 0.2, 5e-324, -1.797e308, np.inf, -np.inf, np.nan, -0.0])
    status = [0, 0xFFFF_FFFF, 0x8000_0001, 0x4000_8000, 0x7FFF_FFFF, 0x8000_0000, 1]
    store.write(series("a", [T0 + k for k in range(7)], values, status))
    rows = store.rows(["a"], T0, T0 + 7)
    assert rows.values.view(np.int64).tolist() == values.view(np.int64).tolist()
    assert rows.status.tolist() == status and rows.status.dtype == np.uint32
    assert rows.places.dtype == np.int32


def test_a_batch_is_kept_whole_or_not_at_all(case: Case) -> None:
    store = case.with_signals("a")
    with pytest.raises(DataError, match="unknown"):
        store.write(several(a={T0: 1.0}, unknown={T0: 2.0}))
    assert everything(store, "a") == []


def test_names_may_stand_in_any_order_and_be_unused(case: Case) -> None:
    store = case.with_signals("a", "b", "c")
    rows = Rows(
        ("c", "a", "b"),
        np.array([2, 0], np.int32),
        np.array([T0, T0], np.int64),
        np.array([2.0, 0.0]),
        np.zeros(2, np.uint32),
    )
    assert store.write(rows).new == 2
    assert everything(store, "a", "b", "c") == [("b", T0, 2.0, 0), ("c", T0, 0.0, 0)]


def test_many_rows(case: Case) -> None:
    count, width = 1000, 100
    names = [f"s{k:03d}" for k in range(width)]
    store = case.with_signals(*names)
    random = np.random.default_rng(3)
    times = T0 + HOUR * np.arange(count, dtype=np.int64)
    rows = Rows(
        tuple(names),
        np.tile(np.arange(width, dtype=np.int32), count),
        np.repeat(times, width),
        random.normal(size=count * width),
        np.zeros(count * width, np.uint32),
    )
    mixed = rows.where(random.permutation(len(rows)))
    assert store.write(mixed).new == count * width
    assert store.write(mixed).duplicates == count * width
    back = store.rows(names, T0, T0 + count * HOUR)
    table = rows.values.reshape(count, width).T
    assert np.array_equal(back.values.reshape(width, count), table)
    assert store.stats().rows == count * width


def test_last(case: Case) -> None:
    store = case.with_signals("a", "b", "none")
    store.write(several(a={T0: 1.0, T0 + HOUR: 2.0}, b={T0 + DAY: 3.0}))
    store.write(several(a={T0 + 1: 9.0}))
    store.write(series("b", [T0 + DAY], [4.0], [SUSPECT]))
    latest = {name: plain(rows) for name, rows in store.last(["b", "none", "a"]).series()}
    assert latest == {"a": [("a", T0 + HOUR, 2.0, 0)], "b": [("b", T0 + DAY, 4.0, SUSPECT)]}


def test_rows_of_a_half_open_interval(case: Case) -> None:
    store = case.with_signals("a", "b")
    store.write(several(a={T0 + k * HOUR: float(k) for k in range(5)}, b={T0 + HOUR: 7.0}))
    assert plain(store.rows(["b", "a"], T0 + HOUR, T0 + 3 * HOUR)) == [
        ("b", T0 + HOUR, 7.0, 0),
        ("a", T0 + HOUR, 1.0, 0),
        ("a", T0 + 2 * HOUR, 2.0, 0),
    ]
    assert len(store.rows(["a"], T0, T0)) == 0
    assert store.rows(["b", "a"], T0, T0).names == ("b", "a")
