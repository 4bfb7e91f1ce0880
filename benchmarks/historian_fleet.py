"""A fleet of meters into a store and out again, in a process of its own.

Rows are generated: hourly energies of seeded meters with a profile of day and year, rounded to
0.1 kWh as meters give them. Making them is not in the times. Prints its figures as JSON.

usage: python -m benchmarks.historian_fleet ours|raw METERS MONTHS FOLDER
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, Protocol

import duckdb
import numpy as np

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.historian import Aggregation
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid, instant

START = instant("2018-01-01T00:00Z")
HOUR = 3600 * NS
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Fleet(Protocol):
    """A store under test."""

    def write(self, rows: Rows) -> None: ...
    def finish(self) -> None: ...
    def year(self, meter: int) -> int: ...
    def month(self, hours: int) -> Any: ...
    def bytes(self) -> int: ...


def days(meters: int, months: int) -> Iterator[Rows]:
    """A day of all meters at a time, hour by hour."""
    names = tuple(f"meters.generated.{k:06d}.E" for k in range(meters))
    random = np.random.default_rng(2018)
    size = random.gamma(2.0, 2.0, meters)
    noise = random.normal(1.0, 0.3, 31 * meters)
    places = np.tile(np.arange(meters, dtype=np.int32), 24)
    status = np.zeros(24 * meters, np.uint32)
    for day in range(sum(DAYS[:months])):
        cold = 1.1 + np.cos(2 * np.pi * day / 365)
        values = np.empty((24, meters))
        for hour in range(24):
            begin = int(random.integers(0, 30 * meters))
            shape = cold * (1.2 + np.sin(hour / 4))
            values[hour] = np.round(np.abs(size * shape * noise[begin : begin + meters]), 1)
        times = np.repeat(START + (24 * day + np.arange(24, dtype=np.int64)) * HOUR, meters)
        yield Rows(names, places, times, values.ravel(), status)


class Ours:
    """The embedded store."""

    def __init__(self, folder: Path, meters: int) -> None:
        self.store = DuckdbStore(folder, DuckdbConfiguration())
        self.names = tuple(f"meters.generated.{k:06d}.E" for k in range(meters))
        self.store.declare([Signal(n, "energy") for n in self.names])

    def write(self, rows: Rows) -> None:
        self.store.write(rows)

    def finish(self) -> None:
        self.store.compact()

    def year(self, meter: int) -> int:
        return len(self.store.rows([self.names[meter]], START, START + 366 * 24 * HOUR))

    def month(self, hours: int) -> Any:
        grid = TimeGrid(START, HOUR, hours)
        frame = self.store.aggregate(self.names, grid, Aggregation.SUM, Aggregation.SUM)
        return frame["value"]

    def bytes(self) -> int:
        return self.store.stats().bytes


class Raw:
    """A DuckDB file with one table, as it comes: two threads, rows as they arrive."""

    def __init__(self, folder: Path, meters: int) -> None:
        folder.mkdir(parents=True)
        self.file = folder / "raw.duckdb"
        self.db = duckdb.connect(str(self.file), config={"memory_limit": "3GB"})
        self.db.execute(
            "CREATE TABLE r(signal INTEGER, time BIGINT, value DOUBLE, status UINTEGER)"
        )

    def write(self, rows: Rows) -> None:
        columns = {
            "signal": rows.places,
            "time": rows.times,
            "value": rows.values,
            "status": rows.status,
        }
        self.db.register("batch", columns)
        self.db.execute("INSERT INTO r SELECT * FROM batch")

    def finish(self) -> None:
        self.db.execute("CHECKPOINT")

    def year(self, meter: int) -> int:
        query = f"SELECT time, value, status FROM r WHERE signal = {meter} ORDER BY time"
        return len(self.db.execute(query).fetchnumpy()["time"])

    def month(self, hours: int) -> Any:
        found = self.db.execute(
            f"SELECT (time - {START}) // {HOUR} AS k, sum(value) AS v FROM r "
            f"WHERE time < {START + hours * HOUR} GROUP BY k ORDER BY k"
        )
        return found.fetchnumpy()["v"]

    def bytes(self) -> int:
        return sum(f.stat().st_size for f in self.file.parent.iterdir())


def measure(fleet: Fleet, meters: int, months: int) -> dict[str, float]:
    """Write all, then ask; seconds (`processor`: of all cores, ingest and compaction), bytes."""
    count, writing, longest, processor = 0, 0.0, 0.0, 0.0
    for rows in days(meters, months):
        begun, worked = perf_counter(), process_time()
        fleet.write(rows)
        taken = perf_counter() - begun
        processor += process_time() - worked
        writing, longest, count = writing + taken, max(longest, taken), count + len(rows)
    begun, worked = perf_counter(), process_time()
    fleet.finish()
    finishing = perf_counter() - begun
    processor += process_time() - worked
    chosen = np.random.default_rng(7).integers(0, meters, 9).tolist()
    years, sums = [], []
    for meter in chosen:
        begun = perf_counter()
        found = fleet.year(meter)
        years.append(perf_counter() - begun)
        if found != 24 * sum(DAYS[:months]):
            raise RuntimeError(f"{found} rows of meter {meter}")
    for _ in range(3):
        begun = perf_counter()
        total = float(np.sum(fleet.month(24 * DAYS[0])))
        sums.append(perf_counter() - begun)
    return {
        "rows": count,
        "writing": writing,
        "longest": longest,
        "finishing": finishing,
        "processor": processor,
        "bytes": fleet.bytes(),
        "first_year": years[0],
        "year": median(years),
        "month": median(sums),
        "total": total,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def main() -> None:
    which, meters, months, folder = sys.argv[1:]
    fleet: Fleet = (Ours if which == "ours" else Raw)(Path(folder), int(meters))
    sys.stdout.write(json.dumps(measure(fleet, int(meters), int(months))) + "\n")


if __name__ == "__main__":
    main()
