"""Answers from a snapshot: rows, rows on a grid, many signals on a grid."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from adapters.stores.duckdb.arrivals import Kept
from adapters.stores.duckdb.block import Ids, Times, by_month, month_start, months
from adapters.stores.duckdb.snapshot import Snapshot, Span, block_of, fetched, selection
from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.historian import Aggregation
from rami.core.quality import Family, Qualities, Reason, quality
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid

MISSING = quality(Family.BAD, Reason.MISSING)
#: an interval of the grid, a signal: rows that count have a value and are not bad
_COUNTS = f"status < {int(Family.BAD)} AND value IS NOT NULL"
_WORST = "max(status & 3221225472) | bit_or(status & 65535)"

_OVER_ROWS = {
    Aggregation.MEAN: "avg(value)",
    Aggregation.SUM: "sum(value)",
    Aggregation.MIN: "min(value)",
    Aggregation.MAX: "max(value)",
    Aggregation.FIRST: "arg_min(value, time)",
    Aggregation.LAST: "arg_max(value, time)",
    Aggregation.COUNT: "count(*)::DOUBLE",
    Aggregation.DIFFERENCE: "arg_max(value, time)",
}
_ACROSS = {
    Aggregation.MEAN: "avg(value)",
    Aggregation.SUM: "sum(value)",
    Aggregation.MIN: "min(value)",
    Aggregation.MAX: "max(value)",
    Aggregation.COUNT: "count(*)::DOUBLE",
}


def unique(ids: Ids) -> Ids:
    """Sorted, none twice, as a Span wants them."""
    return np.unique(ids)


def rows(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    names: Sequence[str],
    ids: Ids,
    span: tuple[int, int],
    superseded: bool,
) -> Rows:
    """Rows by place in `names`, then time, then order of writing."""
    if not len(ids) or span[0] >= span[1]:
        return Rows.none(names)
    with selection(connection, snapshot, Span(unique(ids), *span)) as (chosen, cursor):
        if superseded:
            query = f"SELECT * FROM {chosen.every} ORDER BY signal, time, rank, seq"
        else:
            query = f"SELECT * FROM {chosen.current} ORDER BY signal, time"
        block = block_of(fetched(cursor, query))
    places = _places(ids)[block.ids]
    by_place = np.argsort(places, kind="stable")
    found = Rows(tuple(names), places, block.times, block.values, block.status)
    return found.where(by_place) if np.any(np.diff(places) < 0) else found


def _places(ids: Ids) -> NDArray[np.int32]:
    """Where each number stands in a question, by number."""
    places = np.zeros(int(ids.max()) + 1, np.int32)
    places[ids] = np.arange(len(ids), dtype=np.int32)
    return places


def look_up(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, ids: Ids, times: Times
) -> Kept:
    """What is kept for instants of signals."""
    count = len(ids)
    kept = Kept(np.zeros(count, bool), np.full(count, np.nan), np.zeros(count, np.uint32))
    if not count:
        return kept
    span = Span(unique(ids), int(times.min()), int(times.max()) + 1)
    with selection(connection, snapshot, span) as (chosen, cursor):
        cursor.register("asked", {"n": np.arange(count), "signal": ids, "time": times})
        found = fetched(
            cursor,
            f"SELECT n, value, status FROM asked JOIN {chosen.current} USING (signal, time)",
        )
    at = np.asarray(found["n"], np.int64)
    kept.found[at] = True
    kept.values[at] = np.asarray(found["value"], np.float64)
    kept.status[at] = np.asarray(found["status"], np.uint32)
    return kept


def read(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    signals: Sequence[Signal],
    ids: Ids,
    grid: TimeGrid,
    how: Aggregation,
) -> Frame:
    """Each signal on a grid."""
    shape = (grid.count, len(ids))
    values, status = np.full(shape, np.nan), np.full(shape, MISSING, np.uint32)
    if grid.count and len(ids):
        places = _places(ids)
        with selection(connection, snapshot, _span(ids, grid, how)) as (chosen, cursor):
            found = fetched(
                cursor,
                f"SELECT signal, {_interval(grid, how)} AS k, {_OVER_ROWS[how]} AS value, "
                f"{_WORST} AS status FROM {chosen.current} WHERE {_COUNTS} GROUP BY signal, k",
            )
        at = np.asarray(found["k"], np.int64), places[np.asarray(found["signal"], np.int64)]
        values[at] = np.asarray(found["value"], np.float64)
        status[at] = np.asarray(found["status"], np.uint32)
        if how is Aggregation.DIFFERENCE:
            _to_growth(values, status, _up_to(connection, snapshot, ids, grid.start_ns))
    units = tuple("1" if how is Aggregation.COUNT else s.unit for s in signals)
    names = tuple(s.name for s in signals)
    return Frame(grid, names, units, values, status, dict.fromkeys(names, "historian"))


def _span(ids: Ids, grid: TimeGrid, how: Aggregation) -> Span:
    """Rows of the grid; of registers those up to and with each interval's end."""
    shift = 1 if how is Aggregation.DIFFERENCE else 0
    return Span(unique(ids), grid.start_ns + shift, grid.end_ns + shift)


def _interval(grid: TimeGrid, how: Aggregation) -> str:
    shift = 1 if how is Aggregation.DIFFERENCE else 0
    return f"((time - {grid.start_ns + shift}) // {grid.step_ns})"


def _to_growth(values: NDArray[np.float64], status: Qualities, before: NDArray[np.float64]) -> None:
    """Last values per interval become growth since the last value before, in place."""
    held = before
    for k in range(len(values)):
        last = values[k].copy()
        there = ~np.isnan(last)
        values[k] = last - held
        held = np.where(there, last, held)
    status[np.isnan(values)] = MISSING


def _up_to(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, ids: Ids, ns: int
) -> NDArray[np.float64]:
    """The last value of each register up to and with an instant; NaN where there is none."""
    found = np.full(len(ids), np.nan)
    wanted = unique(ids)
    places = _places(ids)
    end = ns + 1
    starts = {month_start(p.month) for p in snapshot.parts if p.first_ns < end}
    starts |= {month_start(m) for b in snapshot.blocks for m, _ in by_month(b.times)}
    for start in sorted((s for s in starts if s < end), reverse=True):
        with selection(connection, snapshot, Span(wanted, start, end)) as (chosen, cursor):
            answer = fetched(
                cursor,
                f"SELECT signal, arg_max(value, time) AS value FROM {chosen.current} "
                f"WHERE {_COUNTS} GROUP BY signal",
            )
        answered = np.asarray(answer["signal"], np.int32)
        found[places[answered]] = np.asarray(answer["value"], np.float64)
        wanted = np.setdiff1d(wanted, answered)
        end = start
        if not len(wanted):
            break
    return found


def aggregate(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    signals: Sequence[Signal],
    ids: Ids,
    grid: TimeGrid,
    how: Aggregation,
    across: Aggregation,
) -> Frame:
    """All signals together on a grid; DataError for units that do not go together."""
    unit = _common_unit(signals, how, across)
    values, counted = np.full(grid.count, np.nan), np.zeros(grid.count)
    if grid.count and len(ids) and how is Aggregation.DIFFERENCE:
        each = read(connection, snapshot, signals, ids, grid, how).values
        k, place = np.nonzero(~np.isnan(each))
        with selection(connection, snapshot, Span(None, 0, 0)) as (_, cursor):
            cursor.register("each", {"k": k, "value": each[k, place]})
            _fill(values, counted, _fetch_across(cursor, "each", across))
    elif grid.count and len(ids):
        span = _span(ids, grid, how)
        with selection(connection, snapshot, span) as (chosen, cursor):
            interval = _interval(grid, how)
            if _one_row_each(snapshot, span, grid):
                one = "1.0" if how is Aggregation.COUNT else "value"
                pairs = f"SELECT {interval} AS k, {one} AS value FROM {chosen.current}"
                table = f"({pairs} WHERE {_COUNTS})"
            else:
                table = (
                    f"(SELECT {interval} AS k, {_OVER_ROWS[how]} AS value "
                    f"FROM {chosen.current} WHERE {_COUNTS} GROUP BY signal, k)"
                )
            _fill(values, counted, _fetch_across(cursor, table, across))
    status = np.zeros((grid.count, 2), np.uint32)
    status[counted == 0, 0] = MISSING
    return Frame(
        grid,
        ("value", "signals"),
        (unit, "1"),
        np.column_stack([values, counted]),
        status,
        {"value": f"historian, {len(ids)} signals"},
    )


def _one_row_each(snapshot: Snapshot, span: Span, grid: TimeGrid) -> bool:
    """Whether no interval can hold two rows of a signal: then one grouping is enough."""
    if snapshot.step_ns(span) < grid.step_ns:
        return False
    first, last = months(np.array([span.start_ns, span.end_ns - 1])).tolist()
    edges = (month_start(m) for m in range(first + 1, last + 1))
    return all((edge - grid.start_ns) % grid.step_ns == 0 for edge in edges)


def _fetch_across(
    cursor: duckdb.DuckDBPyConnection, table: str, across: Aggregation
) -> dict[str, NDArray[np.generic]]:
    query = f"SELECT k, {_ACROSS[across]} AS value, count(*) AS n FROM {table} GROUP BY k"
    return fetched(cursor, query)


def _fill(
    values: NDArray[np.float64],
    counted: NDArray[np.float64],
    found: dict[str, NDArray[np.generic]],
) -> None:
    at = np.asarray(found["k"], np.int64)
    values[at] = np.asarray(found["value"], np.float64)
    counted[at] = np.asarray(found["n"], np.float64)


def _common_unit(signals: Sequence[Signal], how: Aggregation, across: Aggregation) -> str:
    if across not in _ACROSS:
        allowed = ", ".join(_ACROSS)
        raise DataError(f"many signals cannot be taken together by {across}; one of {allowed}")
    if Aggregation.COUNT in (how, across):
        return "1"
    units = {s.unit: s.name for s in signals}
    if len(units) > 1:
        told = ", ".join(f"{unit} ({name})" for unit, name in units.items())
        raise DataError(f"signals of one unit can be taken together, got {told}")
    return next(iter(units), "1")
