"""The two stores side by side: the same batches of meter rows, written and read back.

PostgreSQL runs as a server of its own in a temporary folder, with its usual settings for safety
(each batch is on disk when `write` returns); without PostgreSQL on this machine there are no rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from statistics import median
from tempfile import mkdtemp
from time import perf_counter

import numpy as np

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.postgres.configuration import PostgresConfiguration
from benchmarks.row import Row
from rami.core.historian import Aggregation, Store
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid, instant
from tests.adapters.stores.postgres_server import PostgresServer, programs

METERS = 1000
_HOUR = 3600 * NS
_START = instant("2019-01-01T00:00Z")
_PEER = "embedded DuckDB"
_SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def rows(quick: bool) -> Iterator[Row]:
    """Rates and times; the peer's beside them. No goals: PostgreSQL is there for sharing."""
    binaries = programs()
    if binaries is None:
        return
    days = 5 if quick else 20
    folder = Path(mkdtemp(prefix="shared-store-"))
    server = PostgresServer(binaries, _SAFE)
    try:
        server.start()
        shared = PostgresConfiguration(service=server.service).open(folder)
        own = DuckdbConfiguration(folder=folder / "history").open(folder)
        yield from _compared(shared, own, days)
        shared.close()
        own.close()
    finally:
        server.stop()
        rmtree(folder)


def _compared(shared: Store, own: Store, days: int) -> Iterator[Row]:
    names = tuple(f"meter.{k:05d}.E" for k in range(METERS))
    for store in (shared, own):
        store.declare(Signal(n, "energy", cumulative=True) for n in names)
    rates: dict[int, list[float]] = {0: [], 1: []}
    for day in range(days):
        batch = _batch(names, day)
        for which, store in enumerate((shared, own)):
            begun = perf_counter()
            store.write(batch)
            rates[which].append(len(batch) / (perf_counter() - begun))
    ours, peer = (median(rates[k]) for k in (0, 1))
    yield _row("PostgreSQL: write a day of 1,000 meters", ours, "rows/s", peer)
    ours, peer = (_seconds(lambda s=s: s.write(_batch(names, 0))) for s in (shared, own))
    yield _row("PostgreSQL: the first day again, all duplicates", ours, "s", peer)
    for store in (shared, own):
        store.compact()
    grid = TimeGrid(_START, 24 * _HOUR, days)
    ours, peer = (
        _seconds(lambda s=s: s.rows(names[:1], grid.start_ns, grid.end_ns)) for s in (shared, own)
    )
    yield _row("PostgreSQL: all rows of one meter", ours * 1e3, "ms", peer * 1e3)
    ours, peer = (
        _seconds(lambda s=s: s.aggregate(names, grid, Aggregation.DIFFERENCE, Aggregation.SUM))
        for s in (shared, own)
    )
    yield _row("PostgreSQL: daily heat of all meters", ours, "s", peer)
    ours, peer = (s.stats().bytes_per_row for s in (shared, own))
    yield _row("PostgreSQL: on disk, indexes included", ours, "B/row", peer)


def _batch(names: tuple[str, ...], day: int) -> Rows:
    """Readings of a day, hour by hour; the same for the same day."""
    hours = np.arange(24 * day, 24 * (day + 1), dtype=np.int64)
    places = np.tile(np.arange(METERS, dtype=np.int32), 24)
    times = np.repeat(_START + _HOUR * hours, METERS)
    values = np.repeat(hours, METERS) * (1.0 + places % 7) + np.round(places * 0.001, 3)
    return Rows(names, places, times, values, np.zeros(len(places), np.uint32))


def _seconds(work: object) -> float:
    assert callable(work)
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _row(name: str, ours: float, unit: str, peer: float) -> Row:
    return Row(name, ours, unit, _PEER, peer, ours / peer)
