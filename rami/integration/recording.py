"""Where a replay has its rows from: handed in, since files and historians are others' trade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from rami.core.signal import Rows, Signal


class Recordings(Protocol):
    """Reads recorded rows, canonical units, quality and gaps as recorded. Raises DataError."""

    def of_file(self, path: Path, form: Mapping[str, Any]) -> tuple[tuple[Signal, ...], Rows]:
        """Every series of a CSV or Parquet file; `form` as of a file of the source `csv`."""

    def of_history(
        self, run: str, names: Sequence[str], start_ns: int, end_ns: int
    ) -> tuple[tuple[Signal, ...], Rows]:
        """Those of the names that the site's historian has of a run; "" means its own rows."""
