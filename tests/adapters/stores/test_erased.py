"""What is erased is gone: from answers and from the files."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from rami.core.errors import DataError
from tests.adapters.stores.cases import DAY, HOUR, T0, Case, everything, power, series, several

MARK = 8.642097531e77


def test_whole_signals(case: Case) -> None:
    store = case.with_signals("a", "b", "c")
    store.write(several(a={T0: 1.0, T0 + 40 * DAY: 2.0}, b={T0: 3.0}, c={T0: 4.0}))
    assert store.erase(["a", "c"]) == 3
    assert everything(store, "b") == [("b", T0, 3.0, 0)]
    assert [s.name for s in store.signals()] == ["b"]
    with pytest.raises(DataError):
        store.rows(["a"], T0, T0 + DAY)
    assert store.stats().rows == 1


def test_rows_before_an_instant(case: Case) -> None:
    store = case.with_signals("a", "b")
    store.write(several(a={T0 + k * DAY: float(k) for k in range(60)}, b={T0: 1.0}))
    assert store.erase(["a"], T0 + 45 * DAY) == 45
    assert everything(store, "a")[0][1] == T0 + 45 * DAY
    assert [s.name for s in store.signals()] == ["a", "b"]
    assert len(everything(store, "b")) == 1
    assert store.erase(["a"], T0) == 0


def test_corrected_rows_go_too(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0, T0 + DAY], [1.0, 2.0]))
    store.write(series("a", [T0], [5.0]))
    assert store.erase(["a"], T0 + HOUR) == 2
    assert everything(store, "a", superseded=True) == [("a", T0 + DAY, 2.0, 0)]


def test_what_is_left_after_compaction_can_be_erased(case: Case) -> None:
    store = case.with_signals("a", "b")
    rows = {T0 + k * DAY: float(k) for k in range(70)}
    store.write(several(a=rows, b=rows))
    store.compact()
    assert store.erase(["a"]) == 70
    assert len(everything(store, "b")) == 70
    store.close()
    again = case.open()
    assert [s.name for s in again.signals()] == ["b"]
    assert len(everything(again, "b")) == 70


def test_last_after_erasing(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0, T0 + DAY], [1.0, 2.0]))
    store.erase(["a"], T0 + 2 * DAY)
    assert len(store.last(["a"])) == 0
    assert store.write(series("a", [T0], [1.0])).new == 1
    assert store.last(["a"]).times.tolist() == [T0]


def test_an_erased_name_may_be_declared_anew(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0], [1.0]))
    store.erase(["a"])
    store.declare([power("a")])
    assert everything(store, "a") == []


@pytest.mark.parametrize("compacted", [False, True], ids=["open months", "closed months"])
def test_no_file_holds_what_was_erased(case: Case, compacted: bool) -> None:
    """Neither the name nor a value that only it had is found in any byte of the store."""
    store = case.with_signals("meters.secret-4711", "other")
    times = T0 + HOUR * np.arange(3000, dtype=np.int64)
    store.write(series("meters.secret-4711", times, np.full(3000, MARK)))
    store.write(series("other", times, np.arange(3000.0)))
    store.write(series("meters.secret-4711", times[:5], np.arange(5.0)))
    if compacted:
        store.compact()
    assert store.erase(["meters.secret-4711"]) == 3005
    assert traces(case) == []
    assert len(everything(store, "other")) == 3000
    store.close()
    assert traces(case) == []


def traces(case: Case) -> list[str]:
    marks = (b"secret-4711", struct.pack("<d", MARK), struct.pack(">d", MARK))
    return [f.name for f in case.files() if any(m in f.read_bytes() for m in marks)]
