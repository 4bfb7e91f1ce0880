"""What a site file says of the embedded store; loads no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.information.historian.settings import HistorianConfiguration

if TYPE_CHECKING:
    from rami.core.historian import Store


class DuckdbConfiguration(HistorianConfiguration):
    """One folder of this machine, one process at a time.

    Example: `historian: {kind: duckdb, folder: history}`.
    """

    kind: Literal["duckdb"] = "duckdb"
    folder: Path = Field(Path("history"), description="made where it is missing")

    def open(self, folder: Path, *, read_only: bool = False) -> Store:
        """The store in its folder. UnreachableError when another process holds it."""
        from adapters.stores.duckdb.store import DuckdbStore

        return DuckdbStore(folder / self.folder, self, read_only=read_only)
