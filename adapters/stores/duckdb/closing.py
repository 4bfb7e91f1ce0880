"""Changes of parts: rows go from memory to disk, months close, rows are erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from adapters.stores.duckdb.arrivals import FAR
from adapters.stores.duckdb.block import Block, Ids, by_signal, joined, month_start
from adapters.stores.duckdb.failures import damaged
from adapters.stores.duckdb.manifest import Part
from adapters.stores.duckdb.parts import Writer, checksum, files, smallest_step
from adapters.stores.duckdb.recent import Recent, chosen
from adapters.stores.duckdb.snapshot import Snapshot, Span, block_of, fetched, selection

#: rows that a change holds in memory at once
AT_ONCE = 1 << 23
#: runs of one month that were merged equally often are made one
ALIKE = 8

_EVER = (int(np.iinfo(np.int64).min), FAR)


class Gone:
    """Rows to leave out: of some signals, or of all, before an instant (None: whenever)."""

    def __init__(self, ids: Ids | None, before_ns: int | None) -> None:
        self.ids = ids
        self.before_ns = before_ns

    def of(self, block: Block) -> NDArray[np.bool_]:
        """Which rows of a block."""
        hit = np.ones(len(block), bool) if self.ids is None else np.isin(block.ids, self.ids)
        return hit if self.before_ns is None else hit & (block.times < self.before_ns)

    def may_touch(self, part: Part) -> bool:
        """Whether a part can hold such rows."""
        early = self.before_ns is None or part.first_ns < self.before_ns
        if self.ids is None or not early:
            return early
        place = np.searchsorted(self.ids, part.first_id)
        return bool(place < len(self.ids) and self.ids[place] <= part.last_id)

    def is_all_of(self, part: Part) -> bool:
        """Whether a part holds nothing else."""
        return self.ids is None and (self.before_ns is None or part.last_ns < self.before_ns)


def flush(recent: Recent, writer: Writer, gone: Gone | None = None) -> int:
    """Rows in memory as parts; rows left out."""
    left_out = 0
    main = joined(recent.blocks)
    side = chosen(recent.corrections, None, *_EVER)
    block, seq = side.block, side.seq
    if gone is not None:
        hit, side_hit = gone.of(main), gone.of(block)
        left_out = int(hit.sum() + side_hit.sum())
        main, block, seq = main.where(~hit), block.where(~side_hit), seq[~side_hit]
    order = np.lexsort((seq, block.times, block.ids))
    writer.by_month("main", main)
    writer.by_month("side", block.where(order), seq[order])
    return left_out


def without(
    connection: duckdb.DuckDBPyConnection, folder: Path, part: Part, gone: Gone, writer: Writer
) -> int | None:
    """A part written anew without some rows; how many, None when it holds none of them."""
    if gone.is_all_of(part):
        return part.rows
    check(folder, [part])
    table = files(folder, (part,))
    cursor = connection.cursor()
    try:
        columns = fetched(cursor, f"SELECT * FROM {table}")
    finally:
        cursor.close()
    block = block_of(columns, part.step_ns)
    hit = gone.of(block)
    if not hit.any():
        return None
    seq = np.asarray(columns["seq"], np.int64)[~hit] if "seq" in columns else None
    if not hit.all():
        writer.level, writer.run = part.level, part.run
        writer.write(part.kind, part.month, block.where(~hit), seq)
    return int(hit.sum())


def check(folder: Path, parts: Sequence[Part]) -> None:
    """RunError when a part is not what was written."""
    for part in parts:
        file = part.stored.check(folder)
        if checksum(file) != part.stored.checksum:
            raise damaged(file, "its checksum is wrong")


def alike(parts: Sequence[Part]) -> list[Part]:
    """Main parts of one month, merged equally often, when they are of too many runs."""
    groups: dict[tuple[int, int], list[Part]] = {}
    for part in parts:
        if part.kind == "main":
            groups.setdefault((part.month, part.level), []).append(part)
    many = (g for g in groups.values() if len({p.run for p in g}) >= ALIKE)
    return next(many, [])


def unclosed(parts: Sequence[Part], open_month: int) -> Iterator[list[Part]]:
    """Months before the open one whose rows do not stand in one run, or with corrections."""
    groups: dict[int, list[Part]] = {}
    for part in parts:
        if part.month < open_month and part.kind != "old":
            groups.setdefault(part.month, []).append(part)
    for month in sorted(groups):
        found = groups[month]
        if len({p.run for p in found}) > 1 or any(p.kind == "side" for p in found):
            yield found


def merge(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    parts: Sequence[Part],
    writer: Writer,
    *,
    whole: bool,
) -> None:
    """Parts of one month as few, each with signals of its own.

    With the `whole` month, corrections take their places and what they replaced becomes old.
    """
    check(folder, parts)
    month = parts[0].month
    snapshot = Snapshot(folder, tuple(parts))
    span = (month_start(month), month_start(month + 1))
    known = min((p.step_ns for p in parts if p.kind == "main"), default=0)
    for low, high in _shares(connection, snapshot, span):
        ids = np.arange(low, high + 1, dtype=np.int32)
        with selection(connection, snapshot, Span(ids, *span)) as (rows, cursor):
            block = _sorted(block_of(fetched(cursor, f"SELECT * FROM {rows.current}")))
            step = smallest_step(block) if whole else known
            block = Block(block.ids, block.times, block.values, block.status, step)
            writer.write("main", month, block)
            if rows.side is None or not whole:
                continue
            old = fetched(cursor, _replaced(rows.main, rows.side))
        if len(old["signal"]):
            writer.write("old", month, block_of(old), np.asarray(old["seq"], np.int64))


def _sorted(block: Block) -> Block:
    """By (signal, time). Parts follow each other in time as a rule: then signals are enough."""
    found = block.where(by_signal(block.ids - block.ids.min()))
    later = (np.diff(found.times) > 0) | (np.diff(found.ids) > 0)
    return found if later.all() else block.where(np.lexsort((block.times, block.ids)))


def _replaced(main: str, side: str) -> str:
    """Rows that a correction replaced, each numbered before what replaced it."""
    return (
        "SELECT signal, time, value, status, seq FROM ("
        f"SELECT signal, time, value, status, seq FROM {side} UNION ALL "
        "SELECT signal, time, m.value, m.status, s.first - 1 AS seq "
        f"FROM {main} m JOIN (SELECT signal, time, min(seq) AS first FROM {side} "
        "GROUP BY signal, time) s USING (signal, time)) "
        "QUALIFY row_number() OVER (PARTITION BY signal, time ORDER BY seq DESC) > 1 "
        "ORDER BY signal, time, seq"
    )


def _shares(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, span: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """Ranges of signals, each with few enough rows to be held at once."""
    with selection(connection, snapshot, Span(None, *span)) as (rows, cursor):
        counts = fetched(
            cursor,
            f"SELECT signal, count(*) AS n FROM {rows.main} GROUP BY signal ORDER BY signal",
        )
    ids, n = np.asarray(counts["signal"], np.int64), np.asarray(counts["n"], np.int64)
    share = (np.cumsum(n) - n) // AT_ONCE
    for number in np.unique(share):
        found = ids[share == number]
        yield int(found[0]), int(found[-1])
