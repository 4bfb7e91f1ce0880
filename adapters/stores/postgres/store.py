"""PostgreSQL behind `rami.core.historian.Store`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

from adapters.stores.postgres import questions, upkeep
from adapters.stores.postgres.catalogue import Catalogue, Ids, declare
from adapters.stores.postgres.intake import Intake
from adapters.stores.postgres.links import Links
from adapters.stores.postgres.schema import prepare
from rami.core.admission import check_signals, check_times
from rami.core.errors import DataError, RunError
from rami.core.frame import Frame
from rami.core.historian import Aggregation, StoreStats, Written
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid

if TYPE_CHECKING:
    from psycopg import Connection

    from adapters.stores.postgres.configuration import PostgresConfiguration


class PostgresStore:
    """A schema of a database that any number of processes and threads may share.

    Writers take turns, batch by batch; readers see whole batches and do not wait for them, only
    for tables that are written anew (packing, erasing).
    Safe to be used by several threads. ConfigurationError without psycopg.
    """

    def __init__(self, configuration: PostgresConfiguration, *, read_only: bool = False) -> None:
        self._configuration = configuration
        self._read_only = read_only
        self._links = Links(
            configuration.service, configuration.namespace, configuration.timeout, read_only
        )
        self._server = self._links.server
        self._catalogue = Catalogue()
        self._intake = Intake(self._server, configuration.late)
        self._writing = Lock()
        try:
            self._links.run(
                lambda link: prepare(link, configuration.namespace, self._server, read_only)
            )
        except BaseException:
            self._links.close()
            raise

    def declare(self, signals: Iterable[Signal]) -> None:
        """Make signals known; again is no error. DataError when quantity or register differ."""
        self._check_writable()
        wanted = list(signals)
        check_signals(wanted)
        known = self._links.run(self._current)
        self._links.run(lambda link: declare(link, known, wanted, self._server))

    def signals(self, pattern: str = "*") -> tuple[Signal, ...]:
        """Signals whose name fits a shell pattern, by name."""
        return self._links.run(self._current).fitting(pattern)

    def write(self, rows: Rows) -> Written:
        """Keep rows of declared signals; on return they are committed."""
        self._check_writable()
        if not len(rows):
            return Written()
        check_times(rows)
        with self._writing:
            written, number = self._links.run(lambda link: self._intake.write(link, rows))
            self._intake.settled(number)
        return written

    def last(self, names: Sequence[str]) -> Rows:
        """The latest row of each signal that has any."""
        return self._links.run(lambda link: questions.last(link, names, self._ids(link, names)))

    def rows(
        self, names: Sequence[str], start_ns: int, end_ns: int, *, superseded: bool = False
    ) -> Rows:
        """Rows in [start, end) by place in `names`, then time; corrected rows only on request."""
        span = (start_ns, end_ns)
        return self._links.run(
            lambda link: questions.rows(link, names, self._ids(link, names), span, superseded)
        )

    def read(self, names: Sequence[str], grid: TimeGrid, how: Aggregation) -> Frame:
        """Signals on a grid; an interval without rows is NaN, bad and MISSING."""

        def work(link: Connection[Any]) -> Frame:
            ids, units = self._known(link, names, how)
            return questions.read(link, names, units, ids, grid, how)

        return self._links.run(work)

    def aggregate(
        self, names: Sequence[str], grid: TimeGrid, how: Aggregation, across: Aggregation
    ) -> Frame:
        """One column `value`: each signal per interval by `how`, then all of them by `across`.

        The second column `signals` counts those that had rows. DataError for signals of
        different units, and for an `across` that needs an order of signals.
        """
        if across not in questions.ACROSS:
            raise DataError(
                f"{across.value!r} over signals has no meaning; "
                f"wanted one of {', '.join(a.value for a in questions.ACROSS)}"
            )

        def work(link: Connection[Any]) -> Frame:
            ids, several = self._known(link, names, how)
            units = sorted(set(several))
            if len(units) > 1 and across is not Aggregation.COUNT:
                raise DataError(
                    f"signals of different units cannot be put together: {', '.join(units)}"
                )
            unit = "1" if across is Aggregation.COUNT or not units else units[0]
            return questions.aggregate(link, unit, ids, grid, how, across)

        return self._links.run(work)

    def erase(self, names: Sequence[str], before_ns: int | None = None) -> int:
        """Remove signals, or their rows before an instant, for good; rows removed.

        Unknown names are passed over, so that an erasure may be repeated.
        """
        self._check_writable()

        def work(link: Connection[Any]) -> int:
            upkeep.begin(link, self._configuration.timeout)
            ids = self._current(link).ids
            known = [n for n in dict.fromkeys(names) if n in ids]
            return upkeep.erase(link, self._ids(link, known), before_ns) if known else 0

        return self._links.run(work)

    def compact(self) -> Mapping[str, float]:
        """Drop what retention says, pack finished months one by one; figures of it."""
        self._check_writable()
        before = self.stats().bytes
        retention, wait = self._configuration.retention, self._configuration.timeout

        def drop(link: Connection[Any]) -> dict[str, float]:
            upkeep.begin(link, wait)
            return upkeep.drop_old(link, retention) if retention is not None else {}

        def pack(link: Connection[Any], month: str) -> None:
            upkeep.begin(link, wait)
            upkeep.pack(link, month)

        figures = self._links.run(drop)
        months = self._links.run(upkeep.unpacked)
        for month in months:
            self._links.run(lambda link, month=month: pack(link, month))  # type: ignore[misc]
        return {
            "months_dropped": 0,
            "rows_dropped": 0,
            **figures,
            "months_packed": len(months),
            "bytes_before": before,
            "bytes_after": self.stats().bytes,
        }

    def stats(self) -> StoreStats:
        """What it holds."""
        return self._links.run(self._stats)

    def close(self) -> None:
        """Let go of the connections."""
        self._links.close()

    def _stats(self, link: Connection[Any]) -> StoreStats:
        months = link.execute(
            "SELECT month, rows, earliest, latest FROM month WHERE rows > 0 ORDER BY month"
        ).fetchall()
        size = _one(
            link,
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)",
            (self._configuration.namespace,),
        )
        counted = link.execute(
            "SELECT batches, duplicates, corrections, late, refused FROM writing"
        ).fetchone()
        names = ("batches", "duplicates", "corrections", "late", "refused")
        return StoreStats(
            kind="postgres",
            place=f"{self._server}, schema {self._configuration.namespace}",
            signals=len(self._current(link).ids),
            rows=sum(rows for _, rows, _, _ in months),
            bytes=int(size),
            first_ns=min((first for _, _, first, _ in months), default=None),
            last_ns=max((last for _, _, _, last in months), default=None),
            months={month: rows for month, rows, _, _ in months},
            details={name: str(n) for name, n in zip(names, counted or (), strict=False)},
        )

    def _current(self, link: Connection[Any]) -> Catalogue:
        found = self._catalogue.current(link)
        self._catalogue = found
        return found

    def _ids(self, link: Connection[Any], names: Sequence[str]) -> Ids:
        return self._current(link).numbers(names, self._server)

    def _known(
        self, link: Connection[Any], names: Sequence[str], how: Aggregation
    ) -> tuple[Ids, list[str]]:
        """Numbers and units of what is asked for, as of one revision."""
        catalogue = self._current(link)
        counted = how is Aggregation.COUNT
        ids = catalogue.numbers(names, self._server)
        return ids, ["1" if counted else catalogue.known[n].unit for n in names]

    def _check_writable(self) -> None:
        if self._read_only:
            raise RunError(f"{self._server}: the store was opened for reading only")


def _one(link: Connection[Any], query: str, given: Sequence[Any] = ()) -> Any:
    found = link.execute(query, given).fetchone()
    return found[0] if found else None
