"""Reading a file of loads, columns at once, beside the careful reader and DuckDB's.

A well-formed file of ten columns in steps of one minute; the peer is first our own reader of row
after row, on a file that is the same but for one quoted title, then `read_csv` of DuckDB to numpy
(times and numbers only: no units, raster, gaps, quality).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.source import csv_source
from benchmarks.row import Row, cpu, in_turns
from rami.core.timegrid import TimeGrid

NAMES = tuple(f"P_{i}" for i in range(10))
COUNT, COUNT_QUICK = 200_000, 20_000
GOAL_FASTER = 3.0


def write(path: Path, count: int, first: str) -> float:
    """A file of `count` rows; returns its size in MB."""
    rng = np.random.default_rng(1)
    start = np.datetime64("2019-01-01T00:00")
    times = np.datetime_as_string(start + np.arange(count) * np.timedelta64(1, "m"))
    columns = np.round(rng.normal(500.0, 100.0, (count, len(NAMES))), 3).tolist()
    titles = ",".join([first, *(f"{n}_kW" for n in NAMES)])
    rows = (f"{t},{','.join(map(repr, row))}" for t, row in zip(times, columns, strict=True))
    path.write_text(titles + "\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path.stat().st_size / 1e6


def rows(quick: bool) -> Iterator[Row]:
    """CPU seconds per 100 MB."""
    count = COUNT_QUICK if quick else COUNT
    grid = TimeGrid.of("2019-01-01T00:00Z", 60.0, count)
    with TemporaryDirectory() as name:
        folder = Path(name)
        size = write(folder / "plain.csv", count, "time_utc")
        write(folder / "quoted.csv", count, '"time_utc"')
        repeats = 3 if quick else 5

        def read(file: str) -> float:
            source = csv_source((CsvFile(file=Path(file)),), folder)
            return cpu(lambda: source.read(NAMES, grid))

        def duck() -> float:
            query = "SELECT * FROM read_csv(?)"
            with duckdb.connect() as c:
                return cpu(lambda: c.execute(query, [str(folder / "plain.csv")]).fetchnumpy())

        scale = 100.0 / size
        slow = in_turns(lambda: read("plain.csv"), lambda: read("quoted.csv"), repeats, scale)
        yield slow.times_faster(
            "CSV, 100 MB of ten columns", "s", "the careful reader", GOAL_FASTER
        )
        bare = in_turns(lambda: read("plain.csv"), duck, repeats, scale)
        yield bare.at_most("CSV, 100 MB of ten columns", "s", "DuckDB read_csv, bare", None)
