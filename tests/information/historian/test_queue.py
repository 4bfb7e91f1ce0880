"""What a full queue does, and that nothing else makes an append wait."""

from __future__ import annotations

from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest

from rami.core.errors import DataError, RunError
from rami.core.signal import Rows
from tests.information.historian.conftest import Open, cycle, held
from tests.information.historian.gated_store import GatedStore, listed_rows


def test_append_returns_while_the_disk_is_busy(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    held(historian, store, cycle(1, 1.0))
    tickets = [historian.append(cycle(t, float(t))) for t in range(2, 50)]
    assert tickets == sorted(set(tickets))
    assert historian.pressure().queued == 49 and store.kept == []
    assert not historian.settled(tickets[-1], timeout_s=0.0)
    store.gate.set()
    assert historian.settled(tickets[-1])
    assert store.kept == [("a", t, float(t)) for t in range(1, 50)]
    after = historian.pressure()
    assert (after.queued, after.most_queued, after.written, after.dropped) == (0, 49, 49, 0)


def test_what_waited_is_written_in_one_batch(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    held(historian, store, cycle(1, 1.0))
    historian.append(cycle(2, 1.0))
    historian.append(cycle(3, 1.0, 2.0))
    ticket = historian.append(cycle(4, 1.0))
    store.gate.set()
    assert historian.settled(ticket)
    assert store.writes == [1, 4]
    assert [name for name, _, _ in store.kept] == ["a", "a", "a", "b", "a"]
    assert historian.pressure().batches == 2


@pytest.mark.parametrize(
    ("rule", "kept", "dropped"),
    [("drop_newest", [1, 2, 3, 4], 2), ("drop_oldest", [1, 4, 5, 6], 2)],
)
def test_full_queue_drops_by_rule_and_counts(
    store: GatedStore, open_historian: Open, rule: str, kept: list[int], dropped: int
) -> None:
    historian = open_historian(queue=4, when_full=rule)
    held(historian, store, cycle(1, 0.0))
    for time in range(2, 7):
        historian.append(cycle(time, 0.0))
    assert historian.pressure().dropped == dropped
    store.gate.set()
    assert historian.settled(6)
    assert [t for _, t, _ in store.kept] == kept
    assert historian.last(["a"]).times.tolist() == [6]


def test_full_queue_waits_by_rule(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian(queue=2, when_full="wait")
    held(historian, store, cycle(1, 0.0))
    historian.append(cycle(2, 0.0))
    through = Event()

    def more() -> None:
        historian.append(cycle(3, 0.0))
        through.set()

    thread = Thread(target=more)
    thread.start()
    assert not through.is_set()
    store.gate.set()
    thread.join(30)
    assert through.is_set() and historian.settled(3)
    assert len(store.kept) == 3 and historian.pressure().dropped == 0


def test_rows_beyond_the_limit_are_taken_when_nothing_waits(
    store: GatedStore, open_historian: Open
) -> None:
    historian = open_historian(queue=1)
    assert historian.settled(historian.append(cycle(1, 1.0, 2.0)))
    assert len(store.kept) == 2


def test_no_rows_are_settled_at_once(open_historian: Open) -> None:
    historian = open_historian()
    assert historian.settled(historian.append(Rows.none(["a"])))


def test_unknown_signals_are_told_at_once(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    with pytest.raises(DataError, match="'c'"):
        historian.append(Rows.at(("c",), 1, cycle(1, 1.0).values, cycle(1, 1.0).status))
    assert historian.pressure().queued == 0


def test_longest_wait_is_that_of_the_clock_given(store: GatedStore, open_historian: Open) -> None:
    now = [100.0]
    historian = open_historian(clock=lambda: now[0])
    held(historian, store, cycle(1, 0.0))
    now[0] = 107.5
    store.gate.set()
    assert historian.settled(1)
    assert historian.pressure().longest_wait_s == 7.5


def test_closed_historian_takes_nothing(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    held(historian, store, cycle(1, 0.0))
    historian.append(cycle(2, 0.0))
    store.gate.set()
    historian.close()
    assert len(store.kept) == 2 and store.closed
    assert historian.pressure().state == "closed"
    with pytest.raises(RunError, match="closed"):
        historian.append(cycle(3, 0.0))
    historian.close()


def test_a_cycle_is_one_row_per_signal(store: GatedStore, open_historian: Open) -> None:
    """Taken as it is at the call: the loop goes on using its arrays."""
    historian = open_historian()
    names, values, status = ("a", "b"), np.array([1.0, 2.0]), np.zeros(2, np.uint32)
    held(historian, store, cycle(1, 1.0))
    historian.append_at(names, 5, values, status)
    values[:] = 9.0
    rows = Rows.at(names, 6, values, status)
    ticket = historian.append(rows)
    rows.values[:] = 0.0
    assert listed_rows(historian.last(["a", "b"])) == [("a", 6, 9.0), ("b", 6, 9.0)]
    assert historian.pressure().queued == 5
    store.gate.set()
    assert historian.settled(ticket)
    assert store.kept[1:] == [("a", 5, 1.0), ("b", 5, 2.0), ("a", 6, 9.0), ("b", 6, 9.0)]


def test_columns_that_do_not_fit_are_told_at_once(open_historian: Open) -> None:
    historian = open_historian()
    with pytest.raises(ValueError, match="2 names, 1 values"):
        historian.append_at(("a", "b"), 1, np.zeros(1), np.zeros(2, np.uint32))
    rows = cycle(1, 1.0, 2.0)
    for place in (2, -1):
        with pytest.raises(ValueError, match="not below 2"):
            historian.append(replace(rows, places=np.array([0, place], np.int32)))
    assert historian.pressure().queued == 0
    assert historian.settled(historian.append(rows))


def test_several_tuples_of_names_become_one_batch(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    pairs, zeros = (("a", "b"), ("b",)), np.zeros(2, np.uint32)
    for turn in range(3):
        held(historian, store, cycle(10 * turn, 1.0))
        for step in range(1, 3):
            for names in pairs[: turn or 2]:
                time = 10 * turn + 3 * step + len(names)
                ticket = historian.append_at(
                    names, time, np.arange(len(names), dtype=float), zeros[: len(names)]
                )
        store.gate.set()
        assert historian.settled(ticket)
    got = {(name, time) for name, time, _ in store.kept}
    assert len(got) == len(store.kept) and len(got) == 19
