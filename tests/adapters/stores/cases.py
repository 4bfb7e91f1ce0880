"""A store under test, and short ways to write and read rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.postgres.configuration import PostgresConfiguration
from rami.core.historian import Store
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid, instant
from rami.information.historian.apart import StoreApart

_CONFIGURATIONS = {"duckdb": DuckdbConfiguration, "postgres": PostgresConfiguration}

T0 = instant("2019-01-14T00:00Z")
MINUTE = 60 * NS
HOUR = 3600 * NS
DAY = 24 * HOUR
EVER = (instant("1971-01-01T00:00Z"), instant("2199-01-01T00:00Z"))


@dataclass
class Case:
    """Settings as in a site file; `disk` is the folder in which the store's rows lie.

    `apart`: the store is kept by a process of its own.
    """

    name: str
    settings: dict[str, Any]
    folder: Path
    disk: Path
    apart: bool = False
    opened: list[Store] = field(default_factory=list)

    def open(self, *, read_only: bool = False, **settings: Any) -> Store:
        """The store, opened once more; earlier ones should be closed where files are locked."""
        declared = {**self.settings, **settings}
        configuration = _CONFIGURATIONS[self.name].model_validate(declared)
        opening = partial(configuration.open, self.folder, read_only=read_only)
        store = StoreApart(opening) if self.apart else opening()
        self.opened.append(store)
        return store

    def with_signals(self, *names: str, **settings: Any) -> Store:
        """A store that knows some powers."""
        store = self.open(**settings)
        store.declare([power(n) for n in names])
        return store

    def files(self) -> Iterator[Path]:
        """Everything on disk that may hold rows."""
        return (p for p in self.disk.rglob("*") if p.is_file())

    def close(self) -> None:
        """Close whatever a test left open."""
        for store in self.opened:
            store.close()


def power(name: str) -> Signal:
    return Signal(name, "power")


def series(
    name: str, times: Sequence[int], values: Iterable[float], status: Sequence[int] | None = None
) -> Rows:
    grades = None if status is None else np.array(status, np.uint32)
    return Rows.of_series(name, np.array(times, np.int64), np.array([*values], float), grades)


def several(**columns: dict[int, float]) -> Rows:
    """Rows of several signals, given as {time: value}."""
    names = tuple(columns)
    triples = [(p, t, v) for p, n in enumerate(names) for t, v in columns[n].items()]
    return Rows(
        names,
        np.array([p for p, _, _ in triples], np.int32),
        np.array([t for _, t, _ in triples], np.int64),
        np.array([v for _, _, v in triples], float),
        np.zeros(len(triples), np.uint32),
    )


def plain(rows: Rows) -> list[tuple[str, int, float, int]]:
    """(name, time, value, status) of each row, in order."""
    return [
        (rows.names[p], t, v, s)
        for p, t, v, s in zip(
            rows.places.tolist(),
            rows.times.tolist(),
            rows.values.tolist(),
            rows.status.tolist(),
            strict=True,
        )
    ]


def everything(store: Store, *names: str, superseded: bool = False) -> list[Any]:
    return plain(store.rows(names, *EVER, superseded=superseded))


def hourly(count: int, start: int = T0) -> TimeGrid:
    return TimeGrid(start, HOUR, count)
