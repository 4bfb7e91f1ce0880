"""Access log: every change is found, and without a log nothing leaves."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rami.core.errors import RunError
from rami.information.meters.access_log import AccessLog
from rami.information.meters.aggregate import aggregate
from rami.information.meters.ingest import ingest
from rami.information.meters.releases import Refused
from rami.information.meters.share import share
from tests.information.meters.conftest import T0, Make, Write, meters
from tests.information.meters.memory import MemoryStore
from tests.information.meters.test_aggregates import HOURLY


def filled(folder: Path, rows: int = 6) -> AccessLog:
    log = AccessLog(folder / "log" / "access.jsonl", folder / "keys" / "d.head")
    for i in range(rows):
        log.append({"action": "aggregate", "rows": i})
    return log


def test_an_intact_log_verifies(tmp_path: Path) -> None:
    log = filled(tmp_path)
    found = log.verify()
    assert (found.rows, found.problems) == (6, ())
    assert [row["sequence"] for row in log.rows()] == [1, 2, 3, 4, 5, 6]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    log = filled(tmp_path_factory.mktemp("log"))
    content = bytearray(log.file.read_bytes())
    content[at % len(content)] ^= 1 << bit
    log.file.write_bytes(content)
    assert log.verify().problems


@pytest.mark.parametrize("change", ["drop first", "drop inner", "drop last", "swap", "rewrite"])
def test_rows_removed_moved_or_rewritten_are_found(tmp_path: Path, change: str) -> None:
    log = filled(tmp_path)
    lines = log.file.read_bytes().splitlines(keepends=True)
    if change == "drop first":
        lines = lines[1:]
    elif change == "drop inner":
        lines = lines[:2] + lines[3:]
    elif change == "drop last":
        lines = lines[:-1]
    elif change == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        # a chain made anew, consistent in itself
        other = filled(tmp_path / "other", 5)
        other.append({"action": "nothing"})
        lines = other.file.read_bytes().splitlines(keepends=True)
    log.file.write_bytes(b"".join(lines))
    assert log.verify().problems
    if change in ("drop last", "rewrite"):
        with pytest.raises(RunError, match="changed or removed"):
            log.append({"action": "aggregate"})


def test_a_torn_line_was_never_acknowledged(tmp_path: Path) -> None:
    log = filled(tmp_path)
    with log.file.open("ab") as out:
        out.write(b'{"sequence": 7, "act')
    assert "torn" in log.verify().problems[0]
    log.append({"action": "aggregate"})
    assert log.verify().problems == ()
    assert log.verify().rows == 7


def test_refusals_are_logged(make: Make, store: MemoryStore, write: Write) -> None:
    readings, customers = write(meters(("north", "flat", 8)))
    recipients = {"city": {"purpose": "heat plan", "by": ["branch"], "registers": ["energy"]}}
    dataset = make(recipients=recipients)
    ingest(dataset, store, [readings], customers=customers)
    out = dataset.folder / "x.csv"
    for by, register in (("building", "energy"), ("branch", "volume")):
        with pytest.raises(Refused):
            aggregate(dataset, store, "city", by, register, HOURLY, out)
    with pytest.raises(Refused, match="not rows"):
        share(dataset, store, "city", T0, HOURLY.end_ns, out)
    assert not out.exists()
    outcomes = [str(row["outcome"]) for row in dataset.log.rows()][-3:]
    assert all(o.startswith("refused: city") for o in outcomes)
    row = json.loads(dataset.log.file.read_text().splitlines()[-3])
    assert (row["operator"], row["recipient"], row["by"]) == ("tester", "city", "building")


def test_a_row_of_which_only_a_part_fits_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = filled(tmp_path)
    write, left = os.write, iter([30])

    def filling(handle: int, line: bytes) -> int:
        room = next(left, None)
        if room is None:
            raise OSError(28, "No space left on device")
        return write(handle, line[:room])

    with monkeypatch.context() as patch:
        patch.setattr("rami.information.meters.access_log.os.write", filling)
        with pytest.raises(RunError, match="No space left"):
            log.append({"action": "aggregate"})
    assert (log.verify().rows, log.verify().problems) == (6, ())
    log.append({"action": "aggregate"})
    assert (log.verify().rows, log.verify().problems) == (7, ())


def test_a_disk_of_keys_that_cannot_be_written_spoils_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = filled(tmp_path)

    def fails(*_: object) -> None:
        raise RunError("cannot be written")

    with monkeypatch.context() as patch:
        patch.setattr("rami.information.meters.access_log.write_private", fails)
        for _ in range(3):
            with pytest.raises(RunError, match="cannot be written"):
                log.append({"action": "aggregate"})
    log.append({"action": "aggregate"})
    assert (log.verify().rows, log.verify().problems) == (8, ())


def test_a_head_that_is_none_is_told(tmp_path: Path) -> None:
    log = filled(tmp_path)
    log.head.write_text("[]")
    assert "not the end" in log.verify().problems[0]


@pytest.mark.parametrize("lost", ["release-000001.npz", "release-000002.npz", "blocks.json"])
def test_without_the_register_nothing_leaves(
    make: Make, store: MemoryStore, write: Write, lost: str
) -> None:
    """Its numbers are not given again either."""
    readings, customers = write(meters(("north", "flat", 8)))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    out = dataset.folder / "x.csv"
    for by in ("branch", "all"):
        aggregate(dataset, store, "city", by, "energy", HOURLY, out)
    out.unlink()
    (dataset.releases.folder / lost).unlink()
    with pytest.raises(RunError, match="missing"):
        aggregate(dataset, store, "city", "branch", "energy", HOURLY, out)
    assert not out.exists()


def test_without_a_log_nothing_leaves(
    make: Make, store: MemoryStore, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings, customers = write(meters(("north", "flat", 8)))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rami.information.meters.access_log.os.write", full)
    held = {name: dict(rows) for name, rows in store.held.items()}
    out = dataset.folder / "x.csv"
    with pytest.raises(RunError, match="cannot be written"):
        aggregate(dataset, store, "city", "branch", "energy", HOURLY, out)
    with pytest.raises(RunError, match="cannot be written"):
        share(dataset, store, "planning", T0, HOURLY.end_ns, out)
    assert not out.exists()
    assert held == store.held
