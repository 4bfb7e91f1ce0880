"""The embedded store: rows in a log and in memory, then in sorted Parquet parts, by DuckDB."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np

from adapters.stores.duckdb import reading
from adapters.stores.duckdb.arrivals import Kept, sort
from adapters.stores.duckdb.block import Block, Ids, Times, months
from adapters.stores.duckdb.closing import Gone
from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.contents import Contents
from adapters.stores.duckdb.failures import told
from adapters.stores.duckdb.folder_lock import FolderLock
from adapters.stores.duckdb.log import Record
from adapters.stores.duckdb.newest import NEVER
from adapters.stores.duckdb.parts import engine
from adapters.stores.duckdb.snapshot import Snapshot
from adapters.stores.duckdb.statistics import statistics
from adapters.stores.duckdb.turnstile import Turnstile
from adapters.stores.duckdb.upkeep import Upkeep
from rami.core.admission import check_signals, check_times
from rami.core.errors import DataError, RunError
from rami.core.frame import Frame
from rami.core.historian import Aggregation, StoreStats, Written
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid

#: rows that are kept in memory and in the log before they become parts
IN_MEMORY = 1 << 24


class DuckdbStore:
    """`rami.core.historian.Store` in one folder, for one process.

    `clock` gives UTC nanoseconds; it only bounds what retention and `late` may take for the
    present.
    """

    def __init__(
        self,
        folder: Path,
        configuration: DuckdbConfiguration,
        *,
        read_only: bool = False,
        in_memory: int = IN_MEMORY,
        threads: int = 1,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.folder = folder
        self._settings = configuration
        self._read_only = read_only
        self._in_memory = in_memory
        self._clock = clock
        self._open = False
        self._writing = Lock()
        self._moment = Lock()
        self._turnstile = Turnstile()
        if read_only and not folder.is_dir():
            raise DataError(f"{folder}: no historian is there; write to it first")
        with told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(folder, shared=read_only)
            try:
                self._contents = Contents.open(folder, read_only=read_only)
                self._engine = engine(folder, threads, spill=not read_only)
            except BaseException:
                self._lock.release()
                raise
        self._upkeep = Upkeep(self._contents, self._engine, self._turnstile, self._moment)
        self._open = True

    def declare(self, signals: Iterable[Signal]) -> None:
        """Make signals known."""
        wanted = list(signals)
        check_signals(wanted)
        with self._changing() as contents:
            more = contents.dictionary.with_signals(wanted)
            if more is not None:
                contents.declare(more)

    def signals(self, pattern: str = "*") -> tuple[Signal, ...]:
        """Signals whose name fits a shell pattern, by name."""
        with self._reading() as contents:
            return contents.dictionary.matching(pattern)

    def write(self, rows: Rows) -> Written:
        """Keep rows of declared signals; in the log, on disk, on return."""
        late = self._settings.late
        with self._changing() as contents:
            ids = contents.dictionary.ids(rows.names)
            check_times(rows)
            if contents.recent.waiting >= self._in_memory:
                self._upkeep.flush()
            block = Block(
                ids[rows.places] if len(rows) else np.empty(0, np.int32),
                np.asarray(rows.times, np.int64),
                np.asarray(rows.values, np.float64),
                np.asarray(rows.status, np.uint32),
            )
            record, written = sort(
                block,
                contents.newest.times,
                None if late is None else round(late * NS),
                self._clock(),
                lambda asked, times: self._kept(contents, asked, times),
            )
            if len(record.main) or len(record.side):
                self._keep(contents, record)
            return written

    def _keep(self, contents: Contents, record: Record) -> None:
        """Into the log, then into memory; an interrupt in between ends the store's writing."""
        assert contents.log is not None
        size = contents.log.size
        self._upkeep.sound = False
        try:
            contents.log.append(record)
            with self._moment:
                contents.take(record)
            self._upkeep.sound = True
        finally:
            self._upkeep.sound |= contents.log.size == size

    def _kept(self, contents: Contents, ids: Ids, times: Times) -> Kept:
        return reading.look_up(self._engine, contents.snapshot, ids, times)

    def last(self, names: Sequence[str]) -> Rows:
        """The latest row of each signal that has any, from memory."""
        with self._reading() as contents, self._moment:
            ids, newest = contents.dictionary.ids(names), contents.newest
            if not len(ids):
                return Rows.none(names)
            places = np.flatnonzero(newest.times[ids] != NEVER).astype(np.int32)
            ids = ids[places]
            return Rows(
                tuple(names), places, newest.times[ids], newest.values[ids], newest.status[ids]
            )

    def rows(
        self, names: Sequence[str], start_ns: int, end_ns: int, *, superseded: bool = False
    ) -> Rows:
        """Rows in [start, end) by place in `names`, then time."""
        with self._reading() as contents:
            ids = contents.dictionary.ids(names)
            span = (start_ns, end_ns)
            return reading.rows(self._engine, self._now(), names, ids, span, superseded)

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        """Signals on a grid."""
        with self._reading() as contents:
            ids = contents.dictionary.ids(names)
            signals = [contents.dictionary.signal(n) for n in names]
            return reading.read(self._engine, self._now(), signals, ids, grid, how)

    def aggregate(
        self, names: Sequence[str], grid: TimeGrid, how: Aggregation, across: Aggregation
    ) -> Frame:
        """Many signals as one column, and how many had rows."""
        with self._reading() as contents:
            ids = contents.dictionary.ids(names)
            signals = [contents.dictionary.signal(n) for n in names]
            return reading.aggregate(self._engine, self._now(), signals, ids, grid, how, across)

    def erase(self, names: Sequence[str], before_ns: int | None = None) -> int:
        """Remove signals, or their rows before an instant: every file that held some is
        written anew and the old one removed before this returns."""
        with self._changing() as contents:
            ids = np.unique(contents.dictionary.ids(names))
            left = contents.dictionary.without(ids.tolist()) if before_ns is None else None
            newest = contents.newest.without(ids, before_ns)
            return self._upkeep.leave_out(Gone(ids, before_ns), newest, left)

    def compact(self) -> Mapping[str, float]:
        """Close finished months, drop what retention says.

        Retention counts back from the newest row, or from the present where that is earlier
        (so that a row from a wrong clock does not drop everything).
        """
        retention = self._settings.retention
        with self._changing() as contents:
            before = statistics(contents).bytes
            self._upkeep.flush()
            present = min(contents.newest.last_ns or 0, self._clock())
            edge = None if retention is None else present - round(retention * NS)
            dropped = 0 if edge is None else self._upkeep.retain(edge)
            closed = self._upkeep.close_months(int(months(np.array([present]))[0]))
            return {
                "bytes_before": before,
                "bytes_after": statistics(contents).bytes,
                "months_closed": closed,
                "rows_dropped": dropped,
            }

    def stats(self) -> StoreStats:
        """What it holds; rows that a correction replaced are told apart, in `details`."""
        with self._reading() as contents:
            return statistics(contents)

    def close(self) -> None:
        """Let go of the folder; what was written is in it already."""
        with self._writing:
            if not self._open:
                return
            self._open = False
            try:
                with self._turnstile.changing(), told(self.folder):
                    if self._upkeep.sound:
                        self._contents.seal()
            finally:
                self._engine.close()
                self._lock.release()

    def _now(self) -> Snapshot:
        with self._moment:
            return self._contents.snapshot

    @contextmanager
    def _reading(self) -> Iterator[Contents]:
        with self._turnstile.reading(), told(self.folder):
            self._check_open()
            yield self._contents

    @contextmanager
    def _changing(self) -> Iterator[Contents]:
        with self._writing, told(self.folder):
            self._check_open()
            if self._read_only:
                raise RunError(f"{self.folder}: opened for reading only")
            if not self._upkeep.sound:
                raise RunError(f"{self.folder}: a write was cut short; close it and open it anew")
            yield self._contents

    def _check_open(self) -> None:
        if not self._open:
            raise RunError(f"{self.folder}: this historian was closed")
