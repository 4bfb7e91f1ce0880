"""What a site file says of a shared store; loads no database driver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.information.historian.settings import HistorianConfiguration

if TYPE_CHECKING:
    from rami.core.historian import Store


class PostgresConfiguration(HistorianConfiguration):
    """A PostgreSQL database; several processes may write and read.

    Example: `historian: {kind: postgres, service: "host=/run/postgresql dbname=site"}`.
    Passwords belong into PGPASSFILE or PGPASSWORD.
    """

    kind: Literal["postgres"] = "postgres"
    service: str = Field(description="connection string of libpq, without password")
    namespace: str = Field("rami", pattern=r"^[a-z][a-z0-9_]{0,40}$", description="schema's name")

    def open(self, folder: Path, *, read_only: bool = False) -> Store:
        """The store. UnreachableError when the server does not answer."""
        from adapters.stores.postgres.store import PostgresStore

        return PostgresStore(self, read_only=read_only)
