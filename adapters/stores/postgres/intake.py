"""Writing: what is new goes straight into its month, only what may meet older rows is compared."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from adapters.stores.postgres.catalogue import Catalogue, Ids
from adapters.stores.postgres.catalogue import read as read_catalogue
from adapters.stores.postgres.months import by_month, enter
from adapters.stores.postgres.versions import Batch, Course
from adapters.stores.postgres.wire import fetch, send
from rami.core.historian import Written
from rami.core.signal import Rows
from rami.core.timegrid import NS

if TYPE_CHECKING:
    from psycopg import Connection

_NEVER = np.iinfo(np.int64).min
_COLUMNS = ("at", "value", "signal", "status")
#: rows of a temporary table from which its size is told to the planner
_MANY = 1000


class Intake:
    """Writes batches of one process; remembers each signal's newest time between them.

    One writer of a schema at a time: the row of `writing` is locked until the commit. Its
    counter tells whether another process wrote in between.
    """

    def __init__(self, server: str, late_s: float | None) -> None:
        self._server = server
        self._late_ns = None if late_s is None else round(late_s * NS)
        self._catalogue = Catalogue()
        self._newest = np.full(0, _NEVER)
        self._known = np.zeros(0, np.bool_)
        self._as_of = -1

    def write(self, connection: Connection[Any], rows: Rows) -> tuple[Written, int]:
        """Keep rows in the running transaction; what became of them, and the batch's number.

        `settled` is due after the commit. DataError for undeclared signals.
        """
        found = connection.execute(
            "UPDATE writing SET batches = batches + 1 RETURNING batches, revision"
        ).fetchone()
        assert found is not None
        number, revision = found
        if revision != self._catalogue.revision:
            self._catalogue = read_catalogue(connection, revision)
        used = np.unique(rows.places)
        ids = np.zeros(len(rows.names), np.int32)
        ids[used] = self._catalogue.numbers([rows.names[p] for p in used], self._server)
        self._recall(connection, ids[used], number)
        batch = Batch(ids[rows.places], rows.times, rows.values, rows.status.view(np.int32))
        return self._keep(connection, batch), number

    def settled(self, number: int) -> None:
        """The batch is committed: what was learned from it may be believed."""
        self._as_of = number

    def forget(self) -> None:
        """Rows went in another way."""
        self._as_of = -1

    def _recall(self, connection: Connection[Any], ids: Ids, number: int) -> None:
        """Newest times of signals, from memory unless another process wrote meanwhile."""
        if self._as_of != number - 1:
            self._known[:] = False
        # until the commit is known the next batch must ask again
        self._as_of = -1
        size = int(ids.max(initial=-1)) + 1
        if size > len(self._newest):
            more = size - len(self._newest)
            self._newest = np.concatenate([self._newest, np.full(more, _NEVER)])
            self._known = np.concatenate([self._known, np.zeros(more, np.bool_)])
        unknown = ids[~self._known[ids]]
        if len(unknown):
            self._newest[unknown] = _NEVER
            signal, at = fetch(connection, _NEWEST, (unknown.tolist(),), ("i4", "i8"))
            self._newest[signal] = at
            self._known[unknown] = True

    def _keep(self, connection: Connection[Any], batch: Batch) -> Written:
        newest = self._newest[batch.signal]
        refused = np.zeros(len(batch), np.bool_)
        if self._late_ns is not None:
            # one row of a wrong clock shuts nothing out
            present = np.minimum(newest, time.time_ns())
            refused = (newest != _NEVER) & (batch.at < present - self._late_ns)
        taken = batch.where(~refused)
        course = Course.of(taken, _held(connection, taken.where(taken.at <= newest[~refused])))
        rows, stored, holds, over = course.rows, course.stored, course.holds, course.over_stored
        fresh = rows.where(holds & ~stored & ~over)
        changed = rows.where(holds & ~stored & over)
        given = int((~stored).sum())
        written = Written(
            new=len(fresh),
            duplicates=len(taken) - given,
            corrections=given - len(fresh),
            late=int((fresh.at < self._newest[fresh.signal]).sum()),
            refused={"too late": int(refused.sum())} if refused.any() else {},
        )
        _insert(connection, fresh)
        _change(connection, changed)
        _supersede(connection, rows.where(~holds))
        connection.execute(
            "UPDATE writing SET duplicates = duplicates + %s, corrections = corrections + %s, "
            "late = late + %s, refused = refused + %s",
            (written.duplicates, written.corrections, written.late, int(refused.sum())),
        )
        np.maximum.at(self._newest, fresh.signal, fresh.at)
        return written


_NEWEST = """
SELECT asked.id, newest.at FROM unnest(%s::int[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT at FROM sample WHERE signal = asked.id ORDER BY at DESC LIMIT 1) AS newest"""

_BATCH = """
CREATE TEMPORARY TABLE IF NOT EXISTS batch (
    at bigint NOT NULL, value float8 NOT NULL, signal int NOT NULL, status int NOT NULL)
ON COMMIT DELETE ROWS"""

_HELD = """
SELECT sample.at, sample.value, sample.signal, sample.status
FROM (SELECT DISTINCT signal, at FROM pg_temp.batch) AS batch JOIN sample USING (signal, at)
WHERE sample.at BETWEEN %s AND %s"""


def _held(connection: Connection[Any], asked: Batch) -> Batch:
    """What is stored at the signals and instants of some rows."""
    if not len(asked):
        return asked
    _bring(connection, asked)
    at, value, signal, status = fetch(
        connection, _HELD, (int(asked.at.min()), int(asked.at.max())), ("i8", "f8", "i4", "i4")
    )
    return Batch(signal, at, value, status)


def _bring(connection: Connection[Any], batch: Batch) -> None:
    """Put rows into the temporary table, in place of others."""
    connection.execute(_BATCH)
    connection.execute("TRUNCATE pg_temp.batch")
    send(connection, "pg_temp.batch", _COLUMNS, _columns(batch))
    if len(batch) > _MANY:
        connection.execute("ANALYZE pg_temp.batch")


def _insert(connection: Connection[Any], fresh: Batch) -> None:
    for month, inside in by_month(fresh.at):
        part = fresh.where(inside)
        send(connection, enter(connection, month, part.at), _COLUMNS, _columns(part))


def _change(connection: Connection[Any], changed: Batch) -> None:
    if not len(changed):
        return
    _bring(connection, changed)
    connection.execute(
        "UPDATE sample SET value = batch.value, status = batch.status FROM pg_temp.batch "
        "WHERE sample.signal = batch.signal AND sample.at = batch.at "
        "AND sample.at BETWEEN %s AND %s",
        (int(changed.at.min()), int(changed.at.max())),
    )


def _supersede(connection: Connection[Any], earlier: Batch) -> None:
    if len(earlier):
        send(connection, "superseded", _COLUMNS, _columns(earlier))


def _columns(batch: Batch) -> tuple[Any, ...]:
    return batch.at, batch.value, batch.signal, batch.status
