"""Parts: sorted Parquet files, written and read by an in-memory DuckDB."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import duckdb
import numpy as np
from numpy.typing import NDArray

from adapters.stores.duckdb import durable
from adapters.stores.duckdb.arrivals import FAR
from adapters.stores.duckdb.block import Block, by_month, month_name
from adapters.stores.duckdb.manifest import Kind, Part, Stored

#: rows per group: one signal's rows are then in one or two groups of a part
ROW_GROUP = 122_880
#: what a sort or a grouping of DuckDB may take before it goes to disk
MEMORY = "1200MB"
SPILL = "spill"

_CHECKED_AT_ONCE = 1 << 22


def engine(folder: Path, threads: int, *, spill: bool) -> duckdb.DuckDBPyConnection:
    """DuckDB in memory: it reads and writes parts and keeps nothing itself.

    One thread gives the same bits each time, and leaves the other core to the loop.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": MEMORY,
            "temp_directory": str(folder / SPILL) if spill else "",
            "enable_external_file_cache": False,
            "autoinstall_known_extensions": False,
        },
    )
    connection.execute("SET parquet_metadata_cache = true")
    return connection


def checksum(file: Path) -> int:
    """CRC-32 of a whole file."""
    check = 0
    with file.open("rb") as handle:
        while piece := handle.read(_CHECKED_AT_ONCE):
            check = crc32(piece, check)
    return check


def stored(file: Path) -> Stored:
    """A file just written, made durable."""
    durable.sync_file(file)
    return Stored(file.name, file.stat().st_size, checksum(file))


@dataclass
class Writer:
    """Writes parts under new numbers; `fresh` are those made so far."""

    folder: Path
    connection: duckdb.DuckDBPyConnection
    next_file: int
    level: int = 0
    fresh: list[Part] = field(default_factory=list)
    run: int = field(init=False)

    def __post_init__(self) -> None:
        self.run = self.next_file

    def name(self, stem: str, suffix: str) -> str:
        """A name no file ever had."""
        self.next_file += 1
        return f"{stem}-{self.next_file - 1:06d}{suffix}"

    def by_month(self, kind: Kind, block: Block, seq: NDArray[np.int64] | None = None) -> None:
        """One part per month."""
        for month, chosen in by_month(block.times):
            self.write(kind, month, block.where(chosen), None if seq is None else seq[chosen])

    def write(
        self, kind: Kind, month: int, block: Block, seq: NDArray[np.int64] | None = None
    ) -> None:
        """A sorted block as a part, on disk on return."""
        file = self.folder / self.name(f"{kind}-{month_name(month)}", ".parquet")
        columns = block.columns() | ({} if seq is None else {"seq": seq})
        cursor = self.connection.cursor()
        try:
            cursor.register("block", columns)
            cursor.execute(
                f"COPY (SELECT * FROM block) TO {quoted(file)} (FORMAT parquet, "
                f"COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, PARQUET_VERSION V2)"
            )
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        finally:
            cursor.close()
        self.fresh.append(
            Part(
                stored=stored(file),
                kind=kind,
                month=month,
                rows=len(block),
                first_ns=int(block.times.min()),
                last_ns=int(block.times.max()),
                first_id=int(block.ids.min()),
                last_id=int(block.ids.max()),
                step_ns=block.step_ns,
                level=self.level,
                run=self.run,
            )
        )


def quoted(file: Path) -> str:
    """A path in SQL."""
    return "'" + str(file).replace("'", "''") + "'"


def files(folder: Path, parts: Iterable[Part]) -> str:
    """Parts as a table in SQL."""
    listed = ", ".join(quoted(folder / p.stored.name) for p in parts)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def smallest_step(block: Block) -> int:
    """The smallest distance of two rows of one signal in a sorted block."""
    inside = np.diff(block.times)[block.ids[1:] == block.ids[:-1]]
    return int(inside.min()) if len(inside) else FAR
