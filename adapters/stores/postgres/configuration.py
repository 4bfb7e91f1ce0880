"""What a site file says of a shared store; loads no database driver."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from rami.core.packages import Package
from rami.core.quantity import Duration
from rami.information.historian.settings import HistorianConfiguration

if TYPE_CHECKING:
    from rami.core.historian import Store

_PASSWORD = re.compile(r"\bpassword\s*=|://[^/@\s]*:[^/@\s]*@", re.IGNORECASE)


def _without_password(service: str) -> str:
    if _PASSWORD.search(service):
        raise ValueError("a password stands in the site file; put it into PGPASSFILE or PGPASSWORD")
    return service


class PostgresConfiguration(HistorianConfiguration):
    """A PostgreSQL database; several processes may write and read.

    Example: `historian: {kind: postgres, service: "host=/run/postgresql dbname=site"}`.
    Passwords belong into PGPASSFILE or PGPASSWORD.
    """

    packages: ClassVar[tuple[Package, ...]] = (Package("psycopg", "postgres"),)

    kind: Literal["postgres"] = "postgres"
    service: Annotated[str, AfterValidator(_without_password)] = Field(
        description="connection string of libpq, without password"
    )
    namespace: str = Field("rami", pattern=r"^[a-z][a-z0-9_]{0,40}$", description="schema's name")
    timeout: Duration = Field(
        600.0, le=86400.0, description="longest a statement may take, waiting for others included"
    )

    def open(self, folder: Path, *, read_only: bool = False) -> Store:
        """The store. UnreachableError when the server does not answer."""
        from adapters.stores.postgres.store import PostgresStore

        return PostgresStore(self, read_only=read_only)
