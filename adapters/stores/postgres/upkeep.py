"""Erasing, packing of finished months, retention: tables are written anew without what goes.

A rewritten table holds no dead rows: PostgreSQL gives it new files and removes the old ones at
the commit. (VACUUM FULL would keep rows that any open transaction could still see.) What the
write-ahead log and backups hold passes with them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from adapters.stores.postgres.catalogue import Ids
from adapters.stores.postgres.months import partition
from rami.core.timegrid import NS

if TYPE_CHECKING:
    from psycopg import Connection

_EVER = 2**63 - 1
_ORDER = {"signal": "name", "superseded": "signal, at, version"}
_LOCK = "SELECT revision FROM writing FOR UPDATE"


def erase(connection: Connection[Any], ids: Ids, before_ns: int | None) -> int:
    """Remove signals, or their rows before an instant; rows removed."""
    connection.execute(_LOCK)
    asked, before = ids.tolist(), _EVER if before_ns is None else before_ns
    gone = "signal = ANY(%s) AND at < %s"
    months = connection.execute(
        "SELECT month, pg_stat_get_dead_tuples(to_regclass(%s || replace(month, '-', '_'))) "
        "FROM month WHERE earliest < %s ORDER BY month",
        ("sample_", before),
    ).fetchall()
    removed = 0
    for month, dead in months:
        found = connection.execute(
            f"SELECT 1 FROM {partition(month)} WHERE {gone} LIMIT 1", (asked, before)
        ).fetchone()
        # dead rows may be of a batch that failed, and then no row that lives points to them
        if found or dead:
            removed += rewrite_month(connection, month, gone, (asked, before))
    removed += _rewrite(connection, "superseded", gone, (asked, before))
    if before_ns is None:
        _rewrite(connection, "signal", "id = ANY(%s)", (asked,))
    connection.execute("UPDATE writing SET revision = revision + 1, batches = batches + 1")
    return removed


def compact(connection: Connection[Any], retention_s: float | None) -> dict[str, float]:
    """Pack finished months by signal and time, drop what retention says; figures of it."""
    connection.execute(_LOCK)
    figures: dict[str, float] = {"months_packed": 0, "months_dropped": 0, "rows_dropped": 0}
    cutoff = _cutoff(connection, retention_s)
    if cutoff is not None:
        _drop(connection, cutoff, figures)
    open_months = connection.execute(
        "SELECT month FROM month WHERE NOT packed "
        "AND month < (SELECT max(month) FROM month WHERE rows > 0) ORDER BY month"
    ).fetchall()
    for (month,) in open_months:
        rewrite_month(connection, month, "false", ())
        connection.execute("UPDATE month SET packed = true WHERE month = %s", (month,))
        figures["months_packed"] += 1
    return figures


def _cutoff(connection: Connection[Any], retention_s: float | None) -> int | None:
    """Counted from the newest row, so that recorded years may be kept; never from the future."""
    found = connection.execute("SELECT max(latest) FROM month").fetchone()
    newest = found[0] if found else None
    if retention_s is None or newest is None:
        return None
    return min(int(newest), time.time_ns()) - round(retention_s * NS)


def _drop(connection: Connection[Any], cutoff: int, figures: dict[str, float]) -> None:
    old = connection.execute(
        "SELECT month, rows, latest < %s FROM month WHERE earliest < %s", (cutoff, cutoff)
    ).fetchall()
    for month, rows, whole in old:
        if whole:
            connection.execute(f"DROP TABLE {partition(month)}")
            connection.execute("DELETE FROM month WHERE month = %s", (month,))
            figures["months_dropped"] += 1
            figures["rows_dropped"] += rows
        else:
            figures["rows_dropped"] += rewrite_month(connection, month, "at < %s", (cutoff,))
    if old:
        figures["rows_dropped"] += _rewrite(connection, "superseded", "at < %s", (cutoff,))
        connection.execute("UPDATE writing SET batches = batches + 1")


def rewrite_month(
    connection: Connection[Any], month: str, gone: str, given: tuple[Any, ...]
) -> int:
    """A month's table without rows for which `gone` holds; rows removed."""
    table = partition(month)
    removed = _rewrite(connection, table, gone, given)
    connection.execute(
        f"UPDATE month SET (rows, earliest, latest) = "
        f"(SELECT count(*), min(at), max(at) FROM {table}) WHERE month = %s",
        (month,),
    )
    return removed


def _rewrite(connection: Connection[Any], table: str, gone: str, given: tuple[Any, ...]) -> int:
    """Write a table anew in the order of its key; rows removed.

    TRUNCATE gives it new files within the transaction; whoever reads waits for the commit.
    """
    order = _ORDER.get(table, "signal, at")
    connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    before = _count(connection, table)
    connection.execute(
        f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM {table} WHERE NOT ({gone})",
        given,
    )
    connection.execute(f"TRUNCATE {table}")
    overriding = "OVERRIDING SYSTEM VALUE" if table in _ORDER else ""
    connection.execute(
        f"INSERT INTO {table} {overriding} SELECT * FROM pg_temp.kept ORDER BY {order}"
    )
    after = _count(connection, "pg_temp.kept")
    connection.execute("DROP TABLE pg_temp.kept")
    return before - after


def _count(connection: Connection[Any], table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0
