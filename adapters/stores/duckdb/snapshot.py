"""What the store holds at one moment, and SQL for the rows of some signals in a span."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from adapters.stores.duckdb.block import Block, Ids, joined
from adapters.stores.duckdb.manifest import Kind, Part
from adapters.stores.duckdb.parts import files
from adapters.stores.duckdb.recent import Corrections, chosen

_COLUMNS = "signal, time, value, status"
_LISTED = 50  # so many signals are named in the query: DuckDB then skips row groups


@dataclass(frozen=True)
class Span:
    """Signals (sorted numbers, none twice; None: all) in [start, end)."""

    ids: Ids | None
    start_ns: int
    end_ns: int

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest number."""
        if self.ids is None:
            return 0, int(np.iinfo(np.int32).max)
        return (int(self.ids[0]), int(self.ids[-1])) if len(self.ids) else (1, 0)


@dataclass(frozen=True)
class Snapshot:
    """Parts on disk and blocks in memory; none of them ever changes."""

    folder: Path
    parts: tuple[Part, ...]
    blocks: tuple[Block, ...] = ()
    corrections: tuple[Corrections, ...] = ()

    def touched(self, span: Span, kind: Kind) -> tuple[Part, ...]:
        """Parts that may hold rows of a span."""
        low, high = span.bounds
        return tuple(
            p
            for p in self.parts
            if p.kind == kind and p.within(low, high, span.start_ns, span.end_ns)
        )

    def step_ns(self, span: Span) -> int:
        """No two rows of a signal in the span are closer; 0: not known.

        Holds for rows of one month of UTC; nothing is said across its ends.
        """
        if self.touched(span, "side") or self.corrections:
            return 0
        steps = [p.step_ns for p in self.touched(span, "main")]
        return min([*steps, *(b.step_ns for b in self.blocks)], default=0)


class Selection:
    """A query over a snapshot; `current` is the table of rows that count."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, span: Span
    ) -> None:
        self._cursor = connection
        self._snapshot = snapshot
        self._span = span
        self.where = self._filter()
        self.main = self._main()
        self.side = self._with_seq("side")

    @property
    def current(self) -> str:
        """Rows (signal, time, value, status), one per instant, not sorted."""
        if self.side is None:
            return self.main
        return (
            f"(SELECT {_COLUMNS} FROM {self.main} ANTI JOIN {self.side} USING (signal, time) "
            "UNION ALL SELECT signal, time, arg_max_null(value, seq) AS value, "
            f"arg_max(status, seq) AS status FROM {self.side} GROUP BY signal, time)"
        )

    @property
    def every(self) -> str:
        """Rows with `rank` and `seq`: their order of writing within an instant."""
        tables = [f"SELECT {_COLUMNS}, 1 AS rank, 0::BIGINT AS seq FROM {self.main}"]
        for rank, table in ((0, self._with_seq("old")), (2, self.side)):
            if table is not None:
                tables.append(f"SELECT {_COLUMNS}, {rank} AS rank, seq FROM {table}")
        return f"({' UNION ALL '.join(tables)})"

    def _filter(self) -> str:
        span = self._span
        clauses = [f"time >= {span.start_ns}", f"time < {span.end_ns}"]
        if span.ids is not None:
            low, high = span.bounds
            if low == high:
                clauses.append(f"signal = {low}")
            elif len(span.ids) == high - low + 1:
                parts = self._snapshot.parts
                if any(p.first_id < low or p.last_id > high for p in parts):
                    clauses.append(f"signal BETWEEN {low} AND {high}")
            elif 0 < len(span.ids) <= _LISTED:
                clauses.append(f"signal IN ({', '.join(map(str, span.ids.tolist()))})")
            else:
                self._cursor.register("wanted", {"signal": span.ids})
                clauses.append(
                    f"signal BETWEEN {low} AND {high} AND signal IN (SELECT signal FROM wanted)"
                )
        return " AND ".join(clauses)

    def _main(self) -> str:
        span, snapshot = self._span, self._snapshot
        tables = []
        parts = snapshot.touched(span, "main")
        if parts:
            tables.append(
                f"SELECT {_COLUMNS} FROM {files(snapshot.folder, parts)} WHERE {self.where}"
            )
        blocks = [b.of(span.ids, span.start_ns, span.end_ns) for b in snapshot.blocks]
        recent = [b for b in blocks if len(b)]
        if recent or not parts:
            # several small ones are cheaper to copy than to scan one by one
            for number, block in enumerate(_few(recent) or [Block.none()]):
                self._cursor.register(f"recent_{number}", block.columns())
                tables.append(f"SELECT {_COLUMNS} FROM recent_{number}")
        return f"({' UNION ALL '.join(tables)})"

    def _with_seq(self, kind: Kind) -> str | None:
        span, snapshot = self._span, self._snapshot
        tables = []
        parts = snapshot.touched(span, kind)
        if parts:
            tables.append(
                f"SELECT {_COLUMNS}, seq FROM {files(snapshot.folder, parts)} WHERE {self.where}"
            )
        if kind == "side":
            recent = chosen(snapshot.corrections, span.ids, span.start_ns, span.end_ns)
            if len(recent.block):
                self._cursor.register("corrections", recent.block.columns() | {"seq": recent.seq})
                tables.append(f"SELECT {_COLUMNS}, seq FROM corrections")
        return f"({' UNION ALL '.join(tables)})" if tables else None


def _few(blocks: list[Block]) -> list[Block]:
    small = [b for b in blocks if len(b) < 1 << 16]
    large = [b for b in blocks if len(b) >= 1 << 16]
    return [*large, joined(small)] if len(small) > 1 else [*large, *small]


@contextmanager
def selection(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, span: Span
) -> Iterator[tuple[Selection, duckdb.DuckDBPyConnection]]:
    """A selection and the cursor that its tables are known to."""
    cursor = connection.cursor()
    try:
        yield Selection(cursor, snapshot, span), cursor
    finally:
        cursor.close()


def fetched(cursor: duckdb.DuckDBPyConnection, query: str) -> dict[str, NDArray[np.generic]]:
    """Columns of a query as arrays. DuckDB takes NaN for NULL on its way in; here it is NaN."""
    columns = cursor.execute(query).fetchnumpy()
    return {
        name: c.filled(np.nan) if isinstance(c, np.ma.MaskedArray) else c
        for name, c in columns.items()
    }


def block_of(columns: dict[str, NDArray[np.generic]], step_ns: int = 0) -> Block:
    """Fetched rows as a block; the query has sorted them."""
    return Block(
        np.asarray(columns["signal"], np.int32),
        np.asarray(columns["time"], np.int64),
        np.asarray(columns["value"], np.float64),
        np.asarray(columns["status"], np.uint32),
        step_ns,
    )
