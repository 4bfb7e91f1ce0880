"""Months of UTC as partitions of `sample`, and what the table `month` says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rami.core.timegrid import NS

if TYPE_CHECKING:
    from psycopg import Connection


def month_of(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Months since January 1970, UTC."""
    return times.view("datetime64[ns]").astype("datetime64[M]").astype(np.int64)


def bounds(month: int) -> tuple[int, int]:
    """First nanosecond of a month and of the one after it."""
    edges = np.array([month, month + 1], "datetime64[M]").astype("datetime64[s]")
    first, after = (int(edge) * NS for edge in edges.astype(np.int64))
    return first, after


def label(month: int) -> str:
    """`2019-01`."""
    return str(np.datetime64(month, "M"))


def partition(month: str) -> str:
    """The table of a month."""
    return f"sample_{month.replace('-', '_')}"


def by_month(times: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Each month that occurs, and where."""
    months = month_of(times)
    for month in np.unique(months).tolist():
        yield month, months == month


def enter(connection: Connection[Any], month: int, times: NDArray[np.int64]) -> str:
    """The partition for new rows at `times`, made where it is missing; they are counted."""
    name = label(month)
    table = partition(name)
    known = connection.execute("SELECT 1 FROM month WHERE month = %s", (name,)).fetchone()
    if not known:
        first, after = bounds(month)
        # made apart and attached, so that readers need not wait
        connection.execute(f"CREATE TABLE {table} (LIKE sample INCLUDING ALL)")
        connection.execute(f"ALTER TABLE {table} ALTER COLUMN value SET STATISTICS 0")
        connection.execute(
            f"ALTER TABLE sample ATTACH PARTITION {table} FOR VALUES FROM ({first}) TO ({after})"
        )
        connection.execute("INSERT INTO month (month) VALUES (%s)", (name,))
    connection.execute(
        "UPDATE month SET rows = rows + %s, earliest = least(earliest, %s), "
        "latest = greatest(latest, %s), packed = false WHERE month = %s",
        (len(times), int(times.min()), int(times.max()), name),
    )
    return table
