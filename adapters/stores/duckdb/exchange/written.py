"""Rows and frames written to files; a file is there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import duckdb
import numpy as np

from adapters.stores.duckdb.failures import exchanged
from rami.core.frame import Frame
from rami.core.signal import Rows, Signal

Format = Literal["csv", "parquet", "json"]

_COPY = {
    "csv": "(FORMAT csv, HEADER, NULLSTR '')",
    "parquet": "(FORMAT parquet, COMPRESSION zstd)",
    "json": "(FORMAT json, ARRAY true)",
}
# instants to the nanosecond, as short as they can be written
_TEXT_TIME = """CASE WHEN ns % 1000000000 = 0
    THEN strftime(make_timestamp_ns(ns), '%Y-%m-%dT%H:%M:%SZ')
    ELSE strftime(make_timestamp_ns(ns), '%Y-%m-%dT%H:%M:%S')
        || printf('.%09dZ', ns % 1000000000) END"""
# JSON has no infinity and no NaN
_VALUE = {
    "csv": "value",
    "json": "CASE WHEN isfinite(value) THEN value END AS value",
    "parquet": "value",
}
_TIME = {"csv": _TEXT_TIME, "json": _TEXT_TIME, "parquet": "make_timestamp_ns(ns)"}


class LongFile:
    """Takes rows of the declared signals, batch by batch."""

    def __init__(self, database: duckdb.DuckDBPyConnection, signals: Sequence[Signal]) -> None:
        self._database = database
        self._places = {s.name: k for k, s in enumerate(signals)}
        self.count = 0

    def add(self, rows: Rows) -> None:
        """Rows in the order in which the file shall have them."""
        own = np.array([self._places[n] for n in rows.names], np.int32)
        if len(rows):
            batch = {  # noqa: F841 - found by its name
                "place": own[rows.places],
                "ns": rows.times,
                "value": rows.values,
                "status": rows.status,
            }
            self._database.execute("INSERT INTO kept SELECT * FROM batch")
        self.count += len(rows)


@contextmanager
def long_file(path: Path, kind: Format, signals: Sequence[Signal]) -> Iterator[LongFile]:
    """One row per value: time_utc, signal, quantity, unit, register, value, status.

    Values are in canonical units, the status is the number of `rami.core.quality`; what
    `read.read_long` reads back is the same to the bit. Raises RunError where it cannot be
    written.
    """
    with (
        exchanged(path),
        TemporaryDirectory(dir=path.parent, prefix=".export-") as folder,
        duckdb.connect(str(Path(folder) / "rows")) as database,
    ):
        database.execute(
            "CREATE TABLE kept (place INTEGER, ns BIGINT, value DOUBLE, status UINTEGER)"
        )
        database.execute(
            "CREATE TABLE known (place INTEGER, signal VARCHAR, quantity VARCHAR, "
            "unit VARCHAR, register BOOLEAN)"
        )
        _enter(database, signals)
        yield LongFile(database, signals)
        _copy(
            database,
            f"SELECT {_TIME[kind]} AS time_utc, signal, quantity, unit, register, "
            f"{_VALUE[kind]}, status FROM kept JOIN known USING (place) "
            "ORDER BY place, ns, kept.rowid",
            path,
            kind,
            Path(folder),
        )


def write_wide(path: Path, kind: Format, frame: Frame) -> None:
    """One row per interval: time_utc (its start), then `signal [unit]`; empty: no value.

    Raises RunError where it cannot be written.
    """
    titles = [f"{n} [{u}]" for n, u in zip(frame.names, frame.units, strict=True)]
    columns_of_frame: dict[str, Any] = {"ns": frame.grid.times()}
    for k in range(len(titles)):
        columns_of_frame[f"c{k}"] = np.ascontiguousarray(frame.values[:, k])
    columns = [f"c{k} AS {_quoted(title)}" for k, title in enumerate(titles)]
    with (
        exchanged(path),
        TemporaryDirectory(dir=path.parent, prefix=".export-") as folder,
        duckdb.connect() as database,
    ):
        database.execute("CREATE TABLE wide AS SELECT * FROM columns_of_frame")
        _copy(
            database,
            f"SELECT {', '.join([f'{_TIME[kind]} AS time_utc', *columns])} FROM wide ORDER BY ns",
            path,
            kind,
            Path(folder),
        )


def _enter(database: duckdb.DuckDBPyConnection, signals: Sequence[Signal]) -> None:
    if signals:
        named = {  # noqa: F841 - found by its name
            "place": np.arange(len(signals), dtype=np.int32),
            "signal": np.array([s.name for s in signals], object),
            "quantity": np.array([s.quantity for s in signals], object),
            "unit": np.array([s.unit for s in signals], object),
            "register": np.array([s.cumulative for s in signals], np.bool_),
        }
        database.execute("INSERT INTO known SELECT * FROM named")


def _copy(
    database: duckdb.DuckDBPyConnection, query: str, path: Path, kind: Format, folder: Path
) -> None:
    whole = folder / "whole"
    database.execute(f"COPY ({query}) TO {_text(str(whole))} {_COPY[kind]}")
    whole.replace(path)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
