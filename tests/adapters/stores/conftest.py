"""Every store the conformance suite runs on; a PostgreSQL server of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.stores.cases import Case
from tests.adapters.stores.postgres_server import PostgresServer, programs
from tests.conftest import peer_absent

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server(peer: Callable[[str], Any]) -> Iterator[PostgresServer]:
    """A running server; the test is skipped where PostgreSQL is absent."""
    peer("psycopg")
    binaries = programs()
    if binaries is None:
        peer_absent("PostgreSQL", "neither initdb on the PATH nor /usr/lib/postgresql/*/bin")
    assert binaries is not None
    server = PostgresServer(binaries)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres(postgres_server: PostgresServer, tmp_path: Path) -> Case:
    """A schema of its own in the server."""
    settings = {
        "kind": "postgres",
        "service": postgres_server.service,
        "namespace": f"case_{next(_numbers)}",
    }
    return Case("postgres", settings, tmp_path, postgres_server.data / "base")


@pytest.fixture
def duckdb(tmp_path: Path) -> Case:
    """A folder of its own."""
    return Case("duckdb", {"kind": "duckdb", "folder": "history"}, tmp_path, tmp_path / "history")


@pytest.fixture
def duckdb_apart(duckdb: Case) -> Case:
    """The same, kept by a process of its own."""
    duckdb.apart = True
    return duckdb


@pytest.fixture(params=["duckdb", "postgres", pytest.param("duckdb_apart", marks=pytest.mark.soak)])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """Each kind of store, empty."""
    found: Case = request.getfixturevalue(request.param)
    yield found
    found.close()
