"""A store that fails: rows wait, the state is told, what cannot be kept is named."""

from __future__ import annotations

import threading

import pytest

from rami.core.errors import DataError, RunError, UnreachableError
from tests.information.historian.conftest import Open, cycle, held
from tests.information.historian.gated_store import GatedStore

FULL = "history: the disk is full"


def test_failing_store_is_asked_again(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    store.troubles = [RunError(FULL), UnreachableError("gone"), RunError(FULL)]
    assert historian.settled(historian.append(cycle(1, 1.0)))
    after = historian.pressure()
    assert store.kept == [("a", 1, 1.0)]
    assert (after.retries, after.written, after.state, after.trouble) == (3, 1, "running", "")


def test_while_the_store_fails_the_state_says_so(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    store.troubles = [RunError(FULL)] * 3
    held(historian, store, cycle(1, 1.0))
    ticket = historian.append(cycle(2, 2.0))
    assert not historian.settled(ticket, timeout_s=0.0)
    store.gate.set()
    assert historian.settled(ticket)
    assert [t for _, t, _ in store.kept] == [1, 2]


def test_what_the_store_will_not_keep_is_told_by_ticket(
    store: GatedStore, open_historian: Open
) -> None:
    """The other rows of the same batch are kept."""
    historian = open_historian()
    held(historian, store, cycle(1, 1.0))
    good = historian.append(cycle(2, 2.0))
    bad = historian.append(cycle(3, 3.0, 3.0))
    later = historian.append(cycle(4, 4.0))
    store.forbidden = {"b"}
    store.gate.set()
    assert historian.settled(good) and historian.settled(later)
    with pytest.raises(DataError, match="any more"):
        historian.settled(bad)
    assert [t for _, t, _ in store.kept] == [1, 2, 4]
    after = historian.pressure()
    assert (after.failed, after.queued, after.state) == (2, 0, "running")


def test_closing_over_a_store_that_stays_down_tells_how_much_is_lost(
    store: GatedStore, open_historian: Open
) -> None:
    historian = open_historian()
    store.troubles = [RunError(FULL)] * 100_000
    held(historian, store, cycle(1, 1.0, 2.0))
    historian.append(cycle(2, 1.0))
    store.gate.set()
    with pytest.raises(RunError, match=r"3 rows were not written: .*full"):
        historian.close()
    assert store.closed and store.kept == []


def test_after_closing_nobody_waits_and_nothing_is_taken(
    store: GatedStore, open_historian: Open
) -> None:
    historian = open_historian()
    store.troubles = [RunError(FULL)] * 100_000
    held(historian, store, cycle(1, 1.0))
    ticket = historian.append(cycle(2, 1.0))
    store.gate.set()
    with pytest.raises(RunError, match="2 rows"):
        historian.close()
    with pytest.raises(RunError, match=r"unwritten: .*full"):
        historian.settled(ticket, timeout_s=60)
    with pytest.raises(RunError, match="closed"):
        historian.append(cycle(3, 1.0))


def test_appending_beside_closing_is_refused(store: GatedStore, open_historian: Open) -> None:
    """Between the last look at the queue and the end nothing slips in."""
    historian = open_historian(when_full="wait", queue=1)
    held(historian, store, cycle(1, 1.0))
    refused = []

    def late() -> None:
        try:
            historian.append(cycle(2, 1.0))
        except RunError as error:
            refused.append(str(error))

    other = threading.Thread(target=late)
    other.start()
    closing = threading.Thread(target=historian.close)
    closing.start()
    other.join(30)
    assert len(refused) == 1
    store.gate.set()
    closing.join(30)
    assert [t for _, t, _ in store.kept] == [1]


def test_closing_asks_once_more(store: GatedStore, open_historian: Open) -> None:
    historian = open_historian()
    store.troubles = [RunError(FULL)]
    held(historian, store, cycle(1, 1.0))
    store.gate.set()
    historian.close()
    assert store.kept == [("a", 1, 1.0)]
    assert historian.pressure().written == 1


def test_a_writer_that_died_is_told(
    store: GatedStore, open_historian: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in the thread: waiting ends, appending is refused."""
    faults = []
    monkeypatch.setattr(threading, "excepthook", lambda told: faults.append(told.exc_type))
    historian = open_historian()
    store.troubles = [KeyError("ours")]
    ticket = historian.append(cycle(1, 1.0))
    with pytest.raises(RunError, match="stopped"):
        historian.settled(ticket)
    with pytest.raises(RunError, match="stopped"):
        historian.append(cycle(2, 1.0))
    with pytest.raises(RunError, match="1 rows were not written"):
        historian.close()
    assert faults == [KeyError]
