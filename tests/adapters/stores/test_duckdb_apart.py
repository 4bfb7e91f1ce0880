"""A store kept by a process of its own: its calls, its deaths, the deaths of its parent."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.errors import DataError, RunError, UnreachableError
from rami.core.historian import Aggregation, Store
from rami.core.signal import Rows
from rami.information.historian import StoreApart, StoreWriter
from tests.adapters.stores.cases import HOUR, T0, everything, hourly, power, series
from tests.adapters.stores.duckdb_child import NAMES, batch
from tests.adapters.stores.test_duckdb_kill import holds
from tests.conftest import REPOSITORY

GONE_S = 60.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StoreApart]:
    """Knows two powers."""
    made = StoreApart(partial(DuckdbConfiguration(folder=Path("h")).open, tmp_path))
    made.declare([power("a"), power("b")])
    yield made
    made.close()


def killed(store: StoreApart) -> None:
    os.kill(store.pid, signal.SIGKILL)


def ended(pid: int) -> bool:
    """Whether a process that is not ours ends in time."""
    deadline = time.monotonic() + GONE_S
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_answers_as_a_store_of_this_process(store: StoreApart, tmp_path: Path) -> None:
    assert isinstance(store, Store)
    beside = DuckdbStore(tmp_path / "beside", DuckdbConfiguration())
    beside.declare([power("a"), power("b")])
    rows = series("a", [T0, T0 + HOUR, T0], [1.0, 3.0, 2.0])
    assert store.write(rows) == beside.write(rows)
    assert store.write(Rows.none(("a",))) == beside.write(Rows.none(("a",)))
    for each in (store, beside):
        each.write(series("b", [T0], [5.0]))
    grid = hourly(3)
    questions: list[Callable[[Store], object]] = [
        lambda s: everything(s, "b", "a", superseded=True),
        lambda s: s.signals("a*"),
        lambda s: s.last(["b", "a"]).values.tolist(),
        lambda s: s.read(["a"], grid, Aggregation.MEAN).quality.tolist(),
        lambda s: s.aggregate(["a", "b"], grid, Aggregation.MEAN, Aggregation.SUM).names,
        lambda s: s.stats().rows,
        lambda s: s.compact()["months_closed"],
        lambda s: s.erase(["b"]),
        lambda s: s.signals(),
    ]
    for question in questions:
        assert question(store) == question(beside)
    beside.close()


def test_errors_are_those_of_the_store(store: StoreApart, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no signal 'c' was declared") as told:
        store.last(["c"])
    assert len(told.value.problems) == 1
    with pytest.raises(UnreachableError, match=f"process {store.pid} has it open"):
        DuckdbConfiguration(folder=Path("h")).open(tmp_path)
    with pytest.raises(UnreachableError, match=f"process {store.pid} has it open"):
        StoreApart(partial(DuckdbConfiguration(folder=Path("h")).open, tmp_path))
    store.close()
    with pytest.raises(RunError, match="closed"):
        store.signals()
    DuckdbConfiguration(folder=Path("h")).open(tmp_path).close()


def test_columns_cross_as_they_are(store: StoreApart) -> None:
    """Many rows, columns with gaps in memory, the same names again and others in between."""
    names, count = ("a", "b"), 300_000
    every = np.arange(2 * count, dtype=np.int64)
    for start in (0, 1):
        rows = Rows(
            names,
            (every[start::2] % 2).astype(np.int32),
            T0 + every[start::2],
            every[start::2].astype(float),
            np.zeros(count, np.uint32),
        )
        assert store.write(rows).new == count
        assert store.write(series("b", [T0 - 1 - start], [0.5])).new == 1
    assert store.stats().rows == 2 * count + 2
    got = store.rows(["a"], T0, T0 + 2 * count)
    np.testing.assert_array_equal(got.values, every[::2])


def test_a_process_that_died_is_replaced(store: StoreApart) -> None:
    """Questions are asked again, a write is told, and a historian repeats it."""
    store.write(series("a", [T0], [1.0]))
    killed(store)
    assert everything(store, "a") == [("a", T0, 1.0, 0)]
    killed(store)
    with pytest.raises(UnreachableError, match="ended by SIGKILL; it is started anew"):
        store.write(series("a", [T0 + 1], [2.0]))
    historian = StoreWriter(store, retry_s=0.001)
    for step in range(2, 6):
        killed(store)
        assert historian.settled(historian.append(series("a", [T0 + step], [float(step)])))
    assert historian.pressure().retries > 0
    assert len(everything(store, "a")) == 5
    historian.close()


def test_a_stuck_process_does_not_outlive_the_historian(store: StoreApart) -> None:
    """Killed while a call waits for its answer: the call ends."""
    os.kill(store.pid, signal.SIGSTOP)
    pid, told = store.pid, []

    def asking() -> None:
        try:
            store.write(series("a", [T0], [1.0]))
        except UnreachableError as error:
            told.append(error)

    thread = threading.Thread(target=asking)
    thread.start()
    os.kill(pid, signal.SIGKILL)
    thread.join(GONE_S)
    assert len(told) == 1 and ended(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_to_the_whole_group_leave_it_to_the_parent(
    store: StoreApart, number: signal.Signals
) -> None:
    pid = store.pid
    os.kill(pid, number)
    assert store.write(series("a", [T0], [1.0])).new == 1
    assert store.pid == pid


def _killed_parent(folder: Path, first: int, lines: int, pause: float) -> int:
    command = [sys.executable, "-m", "tests.adapters.stores.apart_child", str(folder), str(first)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    assert parent.stdout is not None
    acknowledged = first - 1
    with parent.stdout as told:
        pid = int(told.readline())
        for _ in range(lines):
            acknowledged = int(told.readline())
        try:  # the pause only moves the moment of death
            parent.wait(pause)
        except subprocess.TimeoutExpired:
            os.kill(parent.pid, signal.SIGKILL)
        rest = [line for line in told.read().splitlines(keepends=True) if line.endswith("\n")]
    assert parent.wait() == -signal.SIGKILL
    assert ended(pid)
    return int(rest[-1]) if rest else acknowledged


def _parents_killed(folder: Path, kills: int, seed: int) -> None:
    draw = random.Random(seed)
    first = 0
    for _ in range(kills):
        first = holds(
            folder, _killed_parent(folder, first, draw.randrange(1, 30), draw.uniform(0.0, 0.08))
        )


def test_ends_with_its_parent(tmp_path: Path) -> None:
    """kill -9 of the parent: nothing acknowledged is lost, no process is left."""
    _parents_killed(tmp_path / "h", 2, 31)


@pytest.mark.soak
def test_ends_with_its_parent_often(tmp_path: Path) -> None:
    _parents_killed(tmp_path / "h", 50, 32)


def _keepers_killed(folder: Path, kills: int, seed: int) -> None:
    draw = random.Random(seed)
    opening = partial(DuckdbStore, folder, DuckdbConfiguration(), in_memory=200)
    store = StoreApart(opening)
    store.declare([power(n) for n in NAMES])
    historian = StoreWriter(store, retry_s=0.001)
    n = 0
    for _ in range(kills):
        for _ in range(draw.randrange(1, 30)):
            historian.append(batch(n))
            n += 1
        threading.Event().wait(draw.uniform(0.0, 0.03))  # moves the moment of death
        killed(store)
    assert historian.settled(historian.append(Rows.none()), GONE_S)
    historian.close()
    check = DuckdbStore(folder, DuckdbConfiguration())
    wanted: dict[tuple[str, int], float] = {}
    for k in range(n):
        rows = batch(k)
        wanted |= {
            (NAMES[p], t): v for p, t, v in zip(rows.places, rows.times, rows.values, strict=True)
        }
    got = {(name, t): v for name, t, v, _ in everything(check, *NAMES)}
    assert got == wanted
    check.close()


def test_rows_of_a_historian_whose_store_dies_are_all_kept(tmp_path: Path) -> None:
    _keepers_killed(tmp_path / "h", 3, 33)


@pytest.mark.soak
def test_rows_of_a_historian_whose_store_dies_often_are_all_kept(tmp_path: Path) -> None:
    _keepers_killed(tmp_path / "h", 50, 34)
