"""One subject's export and erasure, retention, and what happens when the machine stops halfway."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rami.core.errors import DataError, RunError
from rami.core.timegrid import NS, TimeGrid
from rami.information.meters import private_file
from rami.information.meters.access_log import AccessLog
from rami.information.meters.dataset import Dataset
from rami.information.meters.ingest import ingest
from rami.information.meters.purge import purge, verify_purges
from rami.information.meters.resume import resume
from rami.information.meters.rotate import rotate
from rami.information.meters.share import share
from rami.information.meters.subject import commitment, erase, export_subject
from tests.information.meters.conftest import T0, Make, Write, meters
from tests.information.meters.memory import MemoryStore
from tests.information.meters.test_aggregates import HOURLY, release

GROUPS = meters(("north", "flat", 11), ("south", "house", 5))
ONE = next(iter(GROUPS)).encode()


@pytest.fixture
def ready(make: Make, store: MemoryStore, write: Write) -> Callable[..., Dataset]:
    def made(**changes: Any) -> Dataset:
        readings, customers = write(GROUPS)
        dataset = make(**changes)
        ingest(dataset, store, [readings], customers=customers)
        return dataset

    return made


def test_a_subject_gets_everything(ready: Callable[..., Dataset], store: MemoryStore) -> None:
    dataset = ready()
    release(dataset, store, "branch")
    out = dataset.folder / "subject.json"
    assert export_subject(dataset, store, ONE + b"\n", out) == 12
    told = json.loads(out.read_text())
    assert [row["value"] for row in told["registers"]["volume"]["rows"]] == [0, 1, 2, 3, 4, 5]
    assert told["groups"] == {"branch": "north", "building": "flat"}
    assert told["legal_basis"].startswith("contract")
    assert [row["action"] for row in told["log"]] == ["aggregate"]
    assert ONE.decode() not in out.read_text()
    with pytest.raises(DataError, match="nothing is held"):
        export_subject(dataset, store, b"999", out)


def test_erasure_leaves_nothing_and_can_be_proven(
    ready: Callable[..., Dataset], store: MemoryStore
) -> None:
    dataset = ready()
    share(dataset, store, "planning", T0, HOURLY.end_ns, dataset.folder / "rows.csv")
    told = release(dataset, store, "branch").csv()
    before = sum(map(len, store.held.values()))
    names = set(store.known)
    receipt = erase(dataset, store, ONE)
    assert before - sum(map(len, store.held.values())) == receipt.rows == 12
    assert len(names - set(store.known)) == 2
    assert len(dataset.roster().customers) == 15
    assert commitment(dataset.name, ONE, receipt.salt) == receipt.commitment
    assert commitment(dataset.name, b"60123437", receipt.salt) != receipt.commitment
    log = dataset.log.file.read_text()
    assert receipt.commitment in log
    assert receipt.salt not in log
    assert list(receipt.tell) == ["planning"]
    assert receipt.tell["planning"] in (dataset.folder / "rows.csv").read_text()
    with pytest.raises(DataError):
        export_subject(dataset, store, ONE, dataset.folder / "x.json")
    # what was told stays as it was; what comes later does without the whole block
    assert release(dataset, store, "branch").csv() == told


def test_who_comes_again_is_not_counted_in_the_time_before(
    ready: Callable[..., Dataset], store: MemoryStore, write: Write
) -> None:
    """Two blocks of one time with some customers in both would tell, by their difference, of the
    few who are in one of them only."""
    dataset = ready()
    told = release(dataset, store, "branch", TimeGrid.of(T0, 3600, 3))
    for number in GROUPS:
        erase(dataset, store, number.encode())
    readings, customers = write(GROUPS, lambda m, h: 100.0 + m + h, name="again.csv")
    ingest(dataset, store, [readings], customers=customers)
    table = release(dataset, store, "all")
    assert table.customers[0].tolist() == [16] * 6
    assert table.sums[0, :3] == pytest.approx(told.sums.sum(axis=0))
    assert (table.sums[0, 3:] > 1600).all()


def test_a_subject_hears_nothing_of_others_who_asked(
    ready: Callable[..., Dataset], store: MemoryStore
) -> None:
    dataset = ready()
    out = dataset.folder / "subject.json"
    export_subject(dataset, store, list(GROUPS)[1].encode(), out)
    export_subject(dataset, store, ONE, out)
    assert json.loads(out.read_text())["log"] == []


def test_a_stopped_erasure_gives_its_receipt_later(
    ready: Callable[..., Dataset], store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = ready()
    with monkeypatch.context() as patch:
        patch.setattr(store, "erase", lambda _names: (_ for _ in ()).throw(RunError("full")))
        with pytest.raises(RunError, match="full"):
            erase(dataset, store, ONE)
    receipt = resume(dataset, store).receipt
    assert receipt is not None
    assert commitment(dataset.name, ONE, receipt.salt) == receipt.commitment
    assert receipt.commitment in dataset.log.file.read_text()


def test_customers_beside_an_erased_one_are_not_had_by_difference(
    ready: Callable[..., Dataset], store: MemoryStore
) -> None:
    dataset = ready()
    first = release(dataset, store, "branch", TimeGrid.of(T0, 3600, 3))
    erase(dataset, store, ONE)
    later = release(dataset, store, "branch", TimeGrid(T0 + 3 * 3600 * NS, 3600 * NS, 3))
    assert first.customers[0, 0] - later.customers[0, 0] >= 5


def _purgeable(ready: Callable[..., Dataset]) -> Dataset:
    dataset = ready(retention="1 d", keep={"by": "branch", "step": "1 h"})
    cut = T0 + 4 * 3600 * NS + 86400 * NS
    return Dataset(dataset.name, dataset.settings, dataset.folder, "tester", lambda: cut)


def test_purge_leaves_aggregates_and_a_proof(
    ready: Callable[..., Dataset], store: MemoryStore
) -> None:
    dataset = _purgeable(ready)
    proof = purge(dataset, store)
    assert proof is not None
    assert (proof["rows"], proof["customers"], proof["rows_left"]) == (16 * 4 * 2, 16, 0)
    assert proof["before"] != proof["after"]
    single = [n for n in store.held if n.startswith("meters.")]
    assert min(at for n in single for at in store.held[n]) == T0 + 4 * 3600 * NS
    kept = store.held["aggregates.customers.branch.north.energy"]
    assert kept[T0] == pytest.approx(sum(1.0 + m % 7 for m in range(11)))
    assert len(kept) == 4
    assert verify_purges(dataset, store) == []
    assert purge(dataset, store) is None

    [file] = dataset.records.glob("purge-*.json")
    text = file.read_text()
    file.write_text(text.replace('"rows": 128', '"rows": 127'))
    assert "changed" in verify_purges(dataset, store)[0]
    file.unlink()
    assert "missing" in verify_purges(dataset, store)[0]
    file.write_text(text)
    file.chmod(0o600)
    store.held[single[0]][T0] = 1.0
    assert "are there" in verify_purges(dataset, store)[0]


class Stopped(BaseException):
    """The machine stops."""


def _stopping(monkeypatch: pytest.MonkeyPatch, store: MemoryStore, step: int) -> None:
    """Raises at the given step that changes a file or the store, before or after it."""
    count = iter(range(10**6))

    def stops(work: Callable[..., Any]) -> Callable[..., Any]:
        def stopping(*arguments: Any, **named: Any) -> Any:
            if next(count) == step:
                raise Stopped
            done = work(*arguments, **named)
            if next(count) == step:
                raise Stopped
            return done

        return stopping

    monkeypatch.setattr(store, "erase", stops(store.erase))
    monkeypatch.setattr(store, "write", stops(store.write))
    monkeypatch.setattr(AccessLog, "append", stops(AccessLog.append))
    write = stops(private_file.write_whole)
    monkeypatch.setattr(private_file, "write_whole", write)


@pytest.mark.parametrize("action", ["erase", "purge", "rotate"])
def test_stopped_anywhere_it_is_finished_later_or_was_never_begun(
    ready: Callable[..., Dataset], store: MemoryStore, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """Every step in turn; afterwards all is as if it had run once, or not at all."""
    from tests.information.meters.crash import outcome, snapshot

    dataset = _purgeable(ready)
    work = {
        "erase": lambda: erase(dataset, store, ONE),
        "purge": lambda: purge(dataset, store),
        "rotate": lambda: rotate(dataset, store),
    }[action]
    start = snapshot(dataset, store)
    finished = 0
    for step in range(400):
        start.restore(dataset, store)
        with monkeypatch.context() as patch:
            _stopping(patch, store, step)
            try:
                work()
            except Stopped:
                pass
            else:
                break
        if dataset.intent.pending() is None:
            work()
        else:
            with pytest.raises(RunError, match="resume"):
                release(dataset, store, "all")
            assert resume(dataset, store).action == action
        assert resume(dataset, store).action == ""
        assert outcome(dataset, store, action, ONE, len(GROUPS))
        assert dataset.log.verify().problems == ()
        assert verify_purges(dataset, store) == []
        finished += 1
    assert 8 < finished < 399
