"""Reading: rows, latest rows, values on a grid, values over many signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from adapters.stores.postgres.catalogue import Ids
from adapters.stores.postgres.wire import fetch
from rami.core.frame import Frame
from rami.core.historian import Aggregation
from rami.core.quality import Family, Qualities, Reason, quality
from rami.core.signal import Rows
from rami.core.timegrid import TimeGrid

if TYPE_CHECKING:
    from psycopg import Connection

MISSING = quality(Family.BAD, Reason.MISSING)

# what counts: family not bad (the sign bit of the status), and a value there
_COUNTS = "status >= 0 AND value <> 'NaN'"
_KEPT_BITS = int(Family.UNCERTAIN) | 0xFFFF

_ROWS = (
    "SELECT signal, at, value, status FROM sample WHERE signal = ANY(%s) AND at >= %s AND at < %s"
)

_VERSIONS = f"""
SELECT signal, at, value, status FROM (
    SELECT signal, at, value, status, {2**63 - 1} AS version FROM sample
    WHERE signal = ANY(%s) AND at >= %s AND at < %s
    UNION ALL
    SELECT signal, at, value, status, version FROM superseded
    WHERE signal = ANY(%s) AND at >= %s AND at < %s) AS versions
ORDER BY signal, at, version"""

_LAST = """
SELECT asked.id, newest.at, newest.value, newest.status
FROM unnest(%s::int[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT at, value, status FROM sample
    WHERE signal = asked.id ORDER BY at DESC LIMIT 1) AS newest"""

_ROW_TYPES = ("i4", "i8", "f8", "i4")


def hold(connection: Connection[Any]) -> None:
    """Keep tables from being written anew until the end of the transaction.

    First of all: a query that had to wait for its table would still see it as of before, and a
    table written anew holds nothing as of before.
    """
    connection.execute("LOCK TABLE sample, superseded IN ACCESS SHARE MODE")


def rows(
    connection: Connection[Any],
    names: Sequence[str],
    ids: Ids,
    span: tuple[int, int],
    superseded: bool,
) -> Rows:
    """By place in `names`, then time, then order of writing."""
    hold(connection)
    asked = (ids.tolist(), *span)
    query, given = (_VERSIONS, (*asked, *asked)) if superseded else (_ROWS, asked)
    signal, at, value, status = fetch(connection, query, given, _ROW_TYPES)
    places = _places(ids, signal)
    order = np.lexsort((at, places))
    return Rows(tuple(names), places, at, value, status.view(np.uint32)).where(order)


def last(connection: Connection[Any], names: Sequence[str], ids: Ids) -> Rows:
    """The latest row of each signal that has any."""
    hold(connection)
    signal, at, value, status = fetch(connection, _LAST, (ids.tolist(),), _ROW_TYPES)
    return Rows(tuple(names), _places(ids, signal), at, value, status.view(np.uint32))


def read(
    connection: Connection[Any],
    names: Sequence[str],
    units: Sequence[str],
    ids: Ids,
    grid: TimeGrid,
    how: Aggregation,
) -> Frame:
    """Each signal per interval."""
    hold(connection)
    query, given = _per_interval(ids, grid, how)
    types = ("i4", "i8", "f8", "i4")
    signal, interval, value, status = fetch(connection, query, given, types)
    shape = (grid.count, len(names))
    values, grades = np.full(shape, np.nan), np.full(shape, MISSING, np.uint32)
    places = _places(ids, signal)
    values[interval, places], grades[interval, places] = value, status.view(np.uint32)
    return Frame(grid, tuple(names), tuple(units), values, grades)


def aggregate(
    connection: Connection[Any],
    unit: str,
    ids: Ids,
    grid: TimeGrid,
    how: Aggregation,
    across: Aggregation,
) -> Frame:
    """All signals per interval, with the count of those that had rows."""
    hold(connection)
    query, given = _per_interval(ids, grid, how)
    together = f"""
        SELECT i, {_GROUPED[across]}::float8, bit_or(status), count(*)
        FROM ({query}) AS each GROUP BY i"""
    types = ("i8", "f8", "i4", "i8")
    interval, value, status, count = fetch(connection, together, given, types)
    values = np.column_stack([np.full(grid.count, np.nan), np.zeros(grid.count)])
    grades: Qualities = np.zeros((grid.count, 2), np.uint32)
    grades[:, 0] = MISSING
    values[interval, 0], values[interval, 1] = value, count
    grades[interval, 0] = status.view(np.uint32)
    return Frame(grid, ("value", "signals"), (unit, "1"), values, grades)


_GROUPED = {
    Aggregation.MEAN: "avg(value)",
    Aggregation.SUM: "sum(value)",
    Aggregation.MIN: "min(value)",
    Aggregation.MAX: "max(value)",
    Aggregation.COUNT: "count(*)",
}
#: aggregations that make sense over signals
ACROSS = tuple(_GROUPED)

_IN_INTERVALS = f"""
SELECT signal, (at - %s) / %s AS i, at, value, status & {_KEPT_BITS} AS status FROM sample
WHERE signal = ANY(%s) AND at >= %s AND at < %s AND {_COUNTS}"""

_BEFORE = f"""
SELECT asked.id AS signal, -1::bigint AS i, base.value, base.status & {_KEPT_BITS} AS status
FROM unnest(%s::int[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT value, status FROM sample
    WHERE signal = asked.id AND at <= %s AND {_COUNTS} ORDER BY at DESC LIMIT 1) AS base"""

_DIFFERENCE = f"""
SELECT signal, i, growth AS value, status FROM (
    SELECT signal, i, value - lag(value) OVER w AS growth, status | lag(status) OVER w AS status
    FROM (
        (SELECT DISTINCT ON (signal, i) signal, i, value, status
         FROM ({_IN_INTERVALS}) AS inside ORDER BY signal, i, at DESC)
        UNION ALL ({_BEFORE})) AS readings
    WINDOW w AS (PARTITION BY signal ORDER BY i)) AS growths
WHERE i >= 0 AND growth IS NOT NULL"""


def _per_interval(ids: Ids, grid: TimeGrid, how: Aggregation) -> tuple[str, tuple[Any, ...]]:
    """A query for (signal, i, value, status) of intervals that have a value."""
    asked = ids.tolist()
    if how is Aggregation.DIFFERENCE:
        # a reading at an interval's end belongs to it, one at its start to the one before
        first, after = grid.start_ns + 1, grid.end_ns + 1
        given = (first, grid.step_ns, asked, first, after, asked, grid.start_ns)
        return _DIFFERENCE, given
    inside = (grid.start_ns, grid.step_ns, asked, grid.start_ns, grid.end_ns)
    if how in (Aggregation.FIRST, Aggregation.LAST):
        end = "" if how is Aggregation.FIRST else " DESC"
        return (
            f"SELECT DISTINCT ON (signal, i) signal, i, value, status "
            f"FROM ({_IN_INTERVALS}) AS inside ORDER BY signal, i, at{end}"
        ), inside
    return (
        f"SELECT signal, i, {_GROUPED[how]}::float8 AS value, bit_or(status) AS status "
        f"FROM ({_IN_INTERVALS}) AS inside GROUP BY signal, i"
    ), inside


def _places(ids: Ids, signal: NDArray[np.int32]) -> NDArray[np.int32]:
    """Where each number stands among `ids`."""
    order = np.argsort(ids)
    places: NDArray[np.int32] = order[np.searchsorted(ids[order], signal)].astype(np.int32)
    return places
