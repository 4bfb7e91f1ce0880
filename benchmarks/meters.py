"""Customers' meters: a file taken in under pseudonyms, and a table of groups released.

A generated month (hourly) of synthetic meters, one register, a line per reading, hour by hour as
head-end systems write it. The peer of the ingest is `read_csv` of DuckDB into a table of the same
numbers: no pseudonyms, no checks, no roster. A release has none; its goal is one of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from benchmarks.row import Row, below, cpu, in_turns
from rami.core.timegrid import TimeGrid, instant
from rami.information.meters.aggregate import aggregate
from rami.information.meters.dataset import Dataset
from rami.information.meters.ingest import ingest
from rami.information.meters.keys import KeyRing
from rami.information.meters.settings import MeterDataset

METERS, METERS_QUICK, HOURS = 5_000, 1_000, 744
T0 = instant("2019-01-01T00:00Z")
#: CPU seconds per million values, and of a month's table per 1,000 meters
GOAL_INGEST, GOAL_RELEASE = 1.0, 1.0


def write(folder: Path, meters: int) -> None:
    """Readings and the list of customers."""
    rng = np.random.default_rng(1)
    numbers = [str(60_000_000 + 37 * i) for i in range(meters)]
    register = rng.uniform(1e3, 9e4, meters)
    with (folder / "r.csv").open("w", encoding="utf-8") as out:
        out.write("meter_id;time;energy\n")
        for hour in range(HOURS):
            stamp = f"2019-01-{1 + hour // 24:02d} {hour % 24:02d}:00"
            register += rng.uniform(0.1, 5.0, meters)
            cells = zip(numbers, np.round(register, 1).tolist(), strict=True)
            out.write("".join([f"{number};{stamp};{value}\n" for number, value in cells]))
    rows = [f"{number};b{40 * i // meters}\n" for i, number in enumerate(numbers)]
    (folder / "c.csv").write_text("meter_id;branch\n" + "".join(rows), encoding="utf-8")


def settings() -> MeterDataset:
    """One register, one grouping, one recipient."""
    declared = {
        "purpose": "figures",
        "legal_basis": "synthetic meters",
        "retention": "36500 d",
        "registers": {"energy": {"quantity": "energy", "unit": "kWh"}},
        "files": {"zone": "UTC"},
        "groups": ["branch"],
        "recipients": {"city": {"purpose": "figures"}},
    }
    return MeterDataset.model_validate(declared)


def rows(quick: bool) -> Iterator[Row]:
    """CPU seconds."""
    meters = METERS_QUICK if quick else METERS
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, meters)
        turn = iter(range(100))
        latest = folder

        def take_in() -> float:
            nonlocal latest
            latest = folder / f"turn-{next(turn)}"
            latest.mkdir()
            homes = Dataset("homes", settings(), latest, "bench", lambda: T0)
            homes.keys.write(KeyRing.fresh(homes.recipients))
            store = DuckdbConfiguration(folder=latest / "history").open(latest)
            try:
                files = [folder / "r.csv"]
                return cpu(lambda: ingest(homes, store, files, customers=folder / "c.csv"))
            finally:
                store.close()

        def duck() -> float:
            query = "CREATE TABLE r AS SELECT * FROM read_csv(?)"
            with duckdb.connect(str(folder / f"{next(turn)}.duckdb"), config={"threads": 1}) as c:
                return cpu(lambda: c.execute(query, [str(folder / "r.csv")]))

        million = 1e6 / (meters * HOURS)
        measured = in_turns(take_in, duck, 1 if quick else 3, million)
        told = measured.at_most("million readings taken in", "s", "DuckDB read_csv, raw", None)
        yield told
        yield below("the same beside its goal", told.value, "s", GOAL_INGEST)

        homes = Dataset("homes", settings(), latest, "bench", lambda: T0)
        store = DuckdbConfiguration(folder=latest / "history").open(latest)
        try:
            grid = TimeGrid.of(T0, 3600, HOURS - 1)
            spent = cpu(
                lambda: aggregate(
                    homes, store, "city", "branch", "energy", grid, latest / "told.csv"
                )
            )
        finally:
            store.close()
        per = spent * 1000 / meters
        yield below("a month released by branch, 1,000 meters", per, "s", GOAL_RELEASE)
