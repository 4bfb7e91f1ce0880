"""Last values come from memory, at once and after a restart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rami.core.errors import DataError
from rami.core.historian import Aggregation, Historian
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid
from rami.information.historian.latest import Latest
from tests.information.historian.conftest import Open, cycle, held
from tests.information.historian.gated_store import GatedStore, listed_rows


def test_is_a_historian(open_historian: Open) -> None:
    assert isinstance(open_historian(), Historian)


def test_appended_rows_count_before_they_are_durable(
    store: GatedStore, open_historian: Open
) -> None:
    historian = open_historian()
    held(historian, store, cycle(5, 1.0, 2.0))
    historian.append(cycle(6, 3.0))
    assert listed_rows(historian.last(["b", "a"])) == [("b", 5, 2.0), ("a", 6, 3.0)]
    historian.append(cycle(4, 9.0))
    assert listed_rows(historian.last(["a"])) == [("a", 6, 3.0)]


def test_loaded_from_the_store(store: GatedStore, open_historian: Open) -> None:
    store.kept = [("a", 1, 1.0), ("a", 3, 3.0), ("a", 2, 2.0)]
    assert listed_rows(open_historian().last(["a", "b"])) == [("a", 3, 3.0)]


def test_declared_later(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    with pytest.raises(DataError, match="'c'"):
        historian.last(["c"])
    historian.declare([Signal("c", "power")])
    assert len(historian.last(["c"])) == 0 and "c" in store.known


def test_read_and_aggregate_ask_the_store(open_historian: Open) -> None:
    historian = open_historian()
    grid = TimeGrid(0, 10, 3)
    assert historian.read(["b"], grid, Aggregation.MEAN).units == ("kW",)
    frame = historian.aggregate(["a", "b"], grid, Aggregation.MEAN, Aggregation.SUM)
    assert frame.names == ("value", "signals")


rows_of = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.floats(-9, 9)), max_size=20)


@given(st.lists(rows_of, max_size=5))
def test_any_order_gives_the_newest(batches: list[list[tuple[int, int, float]]]) -> None:
    """Of one instant the last that came."""
    names = ("a", "b", "c")
    latest = Latest(Rows.none(names))
    wanted: dict[str, tuple[int, float]] = {}
    for batch in batches:
        latest.see(
            Rows(
                names,
                np.array([p for p, _, _ in batch], np.int32),
                np.array([t for _, t, _ in batch], np.int64),
                np.array([v for _, _, v in batch], float),
                np.zeros(len(batch), np.uint32),
            )
        )
        for place, time, value in batch:
            if time >= wanted.get(names[place], (0,))[0]:
                wanted[names[place]] = (time, value)
    got = {name: (time, value) for name, time, value in listed_rows(latest.rows(names))}
    assert got == wanted
