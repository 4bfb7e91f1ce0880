"""What only a shared store has: several processes, links that break, a server that says no."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.stores.postgres.configuration import PostgresConfiguration
from rami.core.errors import DataError
from rami.core.historian import Aggregation
from rami.core.signal import Rows
from tests.adapters.stores.cases import (
    DAY,
    HOUR,
    T0,
    Case,
    everything,
    hourly,
    power,
    series,
    several,
)
from tests.adapters.stores.postgres_server import PostgresServer

PROCESSES = 4
BATCHES = 30


@pytest.fixture(autouse=True)
def _closed(postgres: Case) -> Iterator[None]:
    yield
    postgres.close()


def write_batches(settings: dict[str, Any], process: int, answers: Any) -> None:
    """Every process writes to a signal of its own and to one that all share."""
    store = PostgresConfiguration.model_validate(settings).open(Path())
    own = f"own_{process}"
    new = corrections = duplicates = 0
    store.declare([power(own), power("shared")])
    for k in range(BATCHES):
        rows = several(**{own: {T0 + k: float(k)}, "shared": {T0 + k: float(process)}})
        written = store.write(rows)
        again = store.read(["shared"], hourly(1), Aggregation.COUNT)["shared"][0]
        assert again >= k + 1
        new += written.new
        corrections += written.corrections
        duplicates += written.duplicates
    store.close()
    answers.put((new, corrections, duplicates))


def test_several_processes_write_and_read_at_once(postgres: Case) -> None:
    """They even make the schema at once; no row is lost, every collision is counted."""
    spawn = multiprocessing.get_context("spawn")
    answers: Any = spawn.Queue()
    workers = [
        spawn.Process(target=write_batches, args=(postgres.settings, k, answers))
        for k in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    counts = np.array([answers.get(timeout=120) for _ in workers])
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    store = postgres.open()
    assert len(everything(store, *[f"own_{k}" for k in range(PROCESSES)])) == PROCESSES * BATCHES
    assert len(everything(store, "shared")) == BATCHES
    versions = everything(store, "shared", superseded=True)
    assert len(versions) == PROCESSES * BATCHES
    assert counts.sum(axis=0).tolist() == [
        PROCESSES * BATCHES + BATCHES,
        (PROCESSES - 1) * BATCHES,
        0,
    ]


def test_another_process_is_noticed(postgres: Case) -> None:
    """Two stores take turns: newest times and signals are asked for anew."""
    one, two = postgres.with_signals("a"), postgres.open()
    one.write(series("a", [T0], [1.0]))
    assert two.write(series("a", [T0 + 2 * HOUR, T0], [2.0, 1.0])).duplicates == 1
    assert one.write(series("a", [T0 + HOUR], [1.0])).late == 1
    two.declare([*one.signals(), replace(one.signals()[0], name="b")])
    assert one.write(series("b", [T0], [1.0])).new == 1
    two.erase(["b"])
    with pytest.raises(DataError, match="'b'"):
        one.write(series("b", [T0], [1.0]))
    assert one.signals() == two.signals()
    two.erase(["a"], T0 + DAY)
    assert one.write(series("a", [T0], [1.0])).late == 0


def test_retention_drops_partitions(postgres: Case, postgres_server: PostgresServer) -> None:
    store = postgres.with_signals("a", retention="10 d")
    store.write(series("a", [T0 + k * DAY for k in range(100)], range(100)))
    assert len(partitions(postgres, postgres_server)) == 4
    figures = store.compact()
    assert figures["months_dropped"] == 3 and figures["rows_dropped"] == 89
    assert partitions(postgres, postgres_server) == ["sample_2019_04"]


def test_packed_months_lie_in_order_of_signal_and_time(
    postgres: Case, postgres_server: PostgresServer
) -> None:
    import psycopg

    store = postgres.with_signals("a", "b")
    for k in range(40):
        store.write(several(a={T0 + k * DAY: 0.0}, b={T0 + k * DAY: 1.0}))
    store.compact()
    with psycopg.connect(postgres_server.service) as link:
        query = f"SELECT value FROM {postgres.settings['namespace']}.sample_2019_01 ORDER BY ctid"
        values = [v for (v,) in link.execute(query)]
    assert values == sorted(values)


def partitions(case: Case, server: PostgresServer) -> list[str]:
    import psycopg

    with psycopg.connect(server.service) as link:
        found = link.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) "
            "AND relkind = 'r' AND relname LIKE 'sample_%%' ORDER BY 1",
            (case.settings["namespace"],),
        )
        return [name for (name,) in found]


def test_nobody_waits_in_a_circle(postgres: Case) -> None:
    """Readers, writers, erasers and packers at once, each on a store of its own."""
    postgres.with_signals("kept", "gone").write(
        several(kept={T0 + k * DAY: float(k) for k in range(90)}, gone={T0: 1.0})
    )

    def work(number: int) -> int:
        store = postgres.open()
        for k in range(8):
            name = f"own_{number}_{k}"
            if number % 4 == 0:
                store.declare([power(name)])
                store.write(series(name, [T0, T0 + 40 * DAY], [1.0, 2.0]))
                store.erase([name])
            elif number % 4 == 1:
                store.compact()
            elif number % 4 == 2:
                store.declare([power(name)])
                store.write(series("kept", [T0 + k * DAY], [k + 0.5]))
            else:
                assert len(store.rows(["kept"], T0, T0 + 90 * DAY, superseded=True)) >= 90
                store.read(["kept"], hourly(24 * 90), Aggregation.DIFFERENCE)
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == list(range(8))
    rows = postgres.open().rows(["kept"], T0, T0 + 90 * DAY)
    assert len(rows) == 90 and rows.values[:8].tolist() == [k + 0.5 for k in range(8)]


def test_a_batch_that_failed_leaves_nothing_after_an_erasure(postgres: Case) -> None:
    """Rows of a batch that was rolled back lie dead in the file until it is written anew."""
    from tests.adapters.stores.test_erased import MARK, traces

    store = postgres.with_signals("a", "b")
    store.write(series("b", [T0], [0.0]))
    many = T0 + np.arange(1, 2000, dtype=np.int64)
    with pytest.raises(RuntimeError):
        torn(store, Rows.of_series("a", many, np.full(1999, MARK)))
    store.erase(["a"])
    assert traces(postgres) == []


def torn(store: Any, rows: Rows) -> None:
    """A write that ends before its commit."""

    def work(link: Any) -> None:
        store._intake.write(link, rows)
        raise RuntimeError

    store._links.run(work)
