"""What a full queue does, and that nothing else makes an append wait."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from rami.core.errors import DataError, RunError
from rami.core.signal import Rows
from tests.information.historian.conftest import Open, cycle, held
from tests.information.historian.gated_store import GatedStore


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
