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
_HOLD = "LOCK TABLE ONLY sample IN ACCESS EXCLUSIVE MODE"
_ORDER = {"signal": "name", "superseded": "signal, at, version"}


def begin(connection: Connection[Any], wait_s: float) -> None:
    """Keep other writers out until the commit; first of all, so that nobody waits in a circle.

    Readers lock `signal`, then `sample` with its months, then `superseded`; whoever writes these
    anew takes them in the same order. The work may take its time, waiting for others may not.
    """
    connection.execute("SELECT set_config('statement_timeout', '0', true)")
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{wait_s:g}s",))
    connection.execute("SELECT revision FROM writing FOR UPDATE")


def erase(connection: Connection[Any], ids: Ids, before_ns: int | None) -> int:
    """Remove signals, or their rows before an instant; rows removed."""
    asked, before = ids.tolist(), _EVER if before_ns is None else before_ns
    gone = "signal = ANY(%s) AND at < %s"
    if before_ns is None:
        _rewrite(connection, "signal", "id = ANY(%s)", (asked,))
    connection.execute(_HOLD)
    removed = _rewrite(connection, "superseded", gone, (asked, before))
    months = connection.execute(
        "SELECT month, pg_stat_get_dead_tuples(to_regclass(%s || replace(month, '-', '_'))) "
        "FROM month WHERE earliest < %s OR earliest IS NULL ORDER BY month",
        ("sample_", before),
    ).fetchall()
    for month, dead in months:
        found = connection.execute(
            f"SELECT 1 FROM {partition(month)} WHERE {gone} LIMIT 1", (asked, before)
        ).fetchone()
        # dead rows may be of a batch that failed, and then no row that lives points to them
        if found or dead:
            removed += rewrite_month(connection, month, gone, (asked, before))
    connection.execute("UPDATE writing SET revision = revision + 1, batches = batches + 1")
    return removed


def drop_old(connection: Connection[Any], retention_s: float) -> dict[str, float]:
    """Drop months past their retention, and the rows of the month in which it ends."""
    figures: dict[str, float] = {"months_dropped": 0, "rows_dropped": 0}
    found = connection.execute("SELECT max(latest) FROM month").fetchone()
    newest = found[0] if found else None
    if newest is None:
        return figures
    # from the newest row, so that recorded years may be kept; never from one in the future
    cutoff = min(int(newest), time.time_ns()) - round(retention_s * NS)
    old = connection.execute(
        "SELECT month, rows, latest < %s FROM month WHERE earliest < %s ORDER BY month",
        (cutoff, cutoff),
    ).fetchall()
    if not old:
        return figures
    connection.execute(_HOLD)
    figures["rows_dropped"] += _rewrite(connection, "superseded", "at < %s", (cutoff,))
    for month, rows, whole in old:
        if whole:
            connection.execute(f"DROP TABLE {partition(month)}")
            connection.execute("DELETE FROM month WHERE month = %s", (month,))
            figures["months_dropped"] += 1
            figures["rows_dropped"] += rows
        else:
            figures["rows_dropped"] += rewrite_month(connection, month, "at < %s", (cutoff,))
    connection.execute("UPDATE writing SET batches = batches + 1")
    return figures


def unpacked(connection: Connection[Any]) -> list[str]:
    """Finished months that new rows went into since they were packed."""
    found = connection.execute(
        "SELECT month FROM month WHERE NOT packed "
        "AND month < (SELECT max(month) FROM month WHERE rows > 0) ORDER BY month"
    ).fetchall()
    return [month for (month,) in found]


def pack(connection: Connection[Any], month: str) -> None:
    """Write a month by signal and time, without dead rows."""
    rewrite_month(connection, month, "false", ())
    connection.execute("UPDATE month SET packed = true WHERE month = %s", (month,))


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

    TRUNCATE gives it new files within the transaction; whoever reads waits for the commit, and
    looks at the rows only then (`questions.hold`).
    """
    order = _ORDER.get(table, "signal, at")
    before = _count(connection, table)
    connection.execute(
        f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM {table} WHERE NOT ({gone})",
        given,
    )
    # other writers wait since `begin`; readers only from here on
    if table not in _ORDER:
        connection.execute(_HOLD)
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
