"""kill -9 while rows are written and months are closed: nothing acknowledged is lost or torn."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from tests.adapters.stores.cases import EVER, plain
from tests.adapters.stores.duckdb_child import NAMES, batch
from tests.adapters.stores.model import DictStore
from tests.conftest import REPOSITORY


def killed_after(folder: Path, first: int, lines: int, pause: float, *ways: int) -> int:
    """The last batch acknowledged by a process that is killed `pause` s after some batches."""
    command = [sys.executable, "-m", "tests.adapters.stores.duckdb_child", str(folder)]
    child = subprocess.Popen(
        [*command, str(first), *map(str, ways)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert child.stdout is not None
    acknowledged = first - 1
    with child.stdout as told:
        assert told.readline() == "ready\n"
        for _ in range(lines):
            acknowledged = int(told.readline())
        try:  # the pause only moves the moment of death within a write or a compaction
            child.wait(pause)
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)
        rest = [line for line in told.read().splitlines(keepends=True) if line.endswith("\n")]
    assert child.wait() == -signal.SIGKILL
    return int(rest[-1]) if rest else acknowledged


def holds(folder: Path, acknowledged: int) -> int:
    """Check that the store is that of whole batches, all acknowledged ones among them."""
    store = DuckdbStore(folder, DuckdbConfiguration())
    try:
        got = plain(store.rows(NAMES, *EVER, superseded=True))
        rows = store.stats().rows
        newest = store.last(NAMES)
        for batches in (acknowledged + 2, acknowledged + 1):  # one write may have been under way
            model = DictStore(NAMES)
            for n in range(batches):
                arrived = batch(n)
                model.write(plain(arrived))
            wanted = model.rows(NAMES, *EVER, superseded=True)
            if got == wanted:
                assert rows == len(model.rows(NAMES, *EVER, superseded=False))
                assert plain(newest) == [(n, *(model.last(n) or ())) for n in NAMES]
                return batches
        raise AssertionError(f"{acknowledged} acknowledged, {len(got)} rows, {len(wanted)} wanted")
    finally:
        store.close()


def follow(folder: Path, kills: int, seed: int, *ways: int) -> None:
    draw = random.Random(seed)
    first = 0
    for _ in range(kills):
        acknowledged = killed_after(
            folder, first, draw.randrange(1, 40), draw.uniform(0.0, 0.08), *ways
        )
        first = holds(folder, acknowledged)


def test_killed_while_rows_are_written(tmp_path: Path) -> None:
    follow(tmp_path / "h", 4, 11, 1 << 20, 1 << 30)


def test_killed_while_rows_become_parts_and_months_close(tmp_path: Path) -> None:
    follow(tmp_path / "h", 4, 12, 200, 7)


@pytest.mark.soak
@pytest.mark.parametrize("ways", [(1 << 20, 1 << 30), (200, 1 << 30), (200, 7), (1 << 20, 3)])
def test_killed_often(tmp_path: Path, ways: tuple[int, int]) -> None:
    follow(tmp_path / "h", 50, 13, *ways)
