"""A shared store in trouble: links that break, a server that says no or is not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.stores.postgres.configuration import PostgresConfiguration
from adapters.stores.postgres.failures import server_name, translated
from adapters.stores.postgres.links import Links
from rami.core.errors import ConfigurationError, DataError, RunError, UnreachableError
from tests.adapters.stores.cases import (
    T0,
    Case,
    everything,
    series,
)
from tests.adapters.stores.postgres_server import PostgresServer


@pytest.fixture(autouse=True)
def _closed(postgres: Case) -> Iterator[None]:
    yield
    postgres.close()


def test_a_lost_link_is_replaced(postgres: Case, postgres_server: PostgresServer) -> None:
    import psycopg

    store = postgres.with_signals("a")
    store.write(series("a", [T0], [1.0]))
    with psycopg.connect(postgres_server.service, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'rami' AND pid <> pg_backend_pid()"
        )
    assert store.write(series("a", [T0 + 1], [2.0])).new == 1
    assert len(everything(store, "a")) == 2


def test_a_server_that_is_gone_and_comes_back(postgres_server: PostgresServer) -> None:
    """Another server than that of the other tests."""
    server = PostgresServer(postgres_server.binaries)
    try:
        server.start()
        case = Case("postgres", {"kind": "postgres", "service": server.service}, Path(), Path())
        store = case.with_signals("a")
        store.write(series("a", [T0], [1.0]))
        server.halt()
        for ask in (
            lambda: store.write(series("a", [T0 + 1], [2.0])),
            store.stats,
            case.open,
        ):
            with pytest.raises(UnreachableError) as told:
                ask()
            assert str(server.folder) in str(told.value) and "\n" not in str(told.value)
        server.start()
        assert store.write(series("a", [T0 + 1], [2.0])).new == 1
        assert len(everything(store, "a")) == 2
        case.close()
    finally:
        server.stop()


def test_wrong_password(
    postgres: Case, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with psycopg.connect(postgres_server.service, autocommit=True) as link:
        link.execute("DROP ROLE IF EXISTS guarded")
        link.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    monkeypatch.setenv("PGPASSWORD", "wr0ng-secret")
    service = f"host={postgres_server.folder} user=guarded dbname=postgres"
    with pytest.raises(UnreachableError) as told:
        postgres.open(service=service)
    text = str(told.value)
    assert "password authentication failed" in text and "guarded" in text
    assert "wr0ng-secret" not in text and "\n" not in text


@pytest.mark.parametrize(
    "service",
    ["host=db password=hidden", "postgresql://me:hidden@db/site", "host=db PassWord = 'hidden'"],
)
def test_no_password_in_the_site_file(service: str) -> None:
    with pytest.raises(ValidationError, match="PGPASSFILE"):
        PostgresConfiguration(service=service)


def test_no_connection_string(postgres: Case) -> None:
    with pytest.raises(ConfigurationError) as told:
        postgres.open(service="host db hidden")
    assert "hidden" not in str(told.value)


def test_server_is_named_without_secrets(postgres_server: PostgresServer) -> None:
    text = server_name("host=db port=5433 dbname=site user=me sslkey=/secret.key")
    assert text == "PostgreSQL at host db, port 5433, dbname site, user me"


def test_held_by_another_for_too_long(postgres: Case, postgres_server: PostgresServer) -> None:
    import psycopg

    store = postgres.with_signals("a", timeout="50 ms")
    with psycopg.connect(postgres_server.service) as other:
        other.execute(f"SELECT * FROM {postgres.settings['namespace']}.writing FOR UPDATE")
        with pytest.raises(UnreachableError, match="another process"):
            store.write(series("a", [T0], [1.0]))
    assert store.write(series("a", [T0], [1.0])).new == 1


def test_disk_full_is_one_line_and_nothing_is_kept(
    postgres: Case, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own error code, raised where a batch is half written."""
    import psycopg

    store = postgres.with_signals("a")
    store.write(series("a", [T0], [1.0]))
    with psycopg.connect(postgres_server.service, autocommit=True) as link:
        space = postgres.settings["namespace"]
        link.execute(
            f"CREATE FUNCTION {space}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.value = 13 THEN RAISE disk_full USING MESSAGE = 'could not extend file'; "
            "END IF; RETURN NEW; END $$"
        )
        link.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {space}.sample "
            f"FOR EACH ROW EXECUTE FUNCTION {space}.refuse()"
        )
    with pytest.raises(RunError, match="disk is full") as told:
        store.write(series("a", [T0 + k for k in range(1, 30)], range(29)))
    assert "\n" not in str(told.value)
    assert len(everything(store, "a")) == 1
    assert store.write(series("a", [T0 + 1], [2.0])).new == 1


def test_no_rights(postgres: Case, postgres_server: PostgresServer) -> None:
    import psycopg

    postgres.with_signals("a").close()
    with psycopg.connect(postgres_server.service, autocommit=True) as link:
        link.execute("DROP ROLE IF EXISTS stranger")
        link.execute("CREATE ROLE stranger LOGIN")
    service = f"host={postgres_server.folder} user=stranger dbname=postgres"
    with pytest.raises(RunError, match=r"permission denied"):
        postgres.open(service=service)


def test_schema_of_another_version(postgres: Case, postgres_server: PostgresServer) -> None:
    import psycopg

    postgres.open().close()
    with psycopg.connect(postgres_server.service, autocommit=True) as link:
        link.execute(f"UPDATE {postgres.settings['namespace']}.writing SET format = 99")
    with pytest.raises(DataError, match="format 99, wanted 1"):
        postgres.open()


def test_nothing_to_read_yet(postgres: Case) -> None:
    with pytest.raises(DataError, match="no history"):
        postgres.open(read_only=True)


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'rami-twins\[postgres\]'"):
        PostgresConfiguration(service="host=db").open(Path())


def test_what_is_no_error_of_the_database_passes(postgres_server: PostgresServer) -> None:
    with pytest.raises(ZeroDivisionError), translated("PostgreSQL", 1.0):
        _ = 1 / 0


def test_a_failed_copy_leaves_no_broken_link(
    postgres: Case, postgres_server: PostgresServer
) -> None:
    links = Links(postgres_server.service, "public", 60.0, read_only=False)

    def fail(link: Any) -> None:
        with link.cursor() as cursor, cursor.copy("COPY (SELECT 1/0) TO STDOUT") as copy:
            list(copy)

    with pytest.raises(RunError, match="division"):
        links.run(fail)
    assert links.run(lambda link: link.execute("SELECT 1").fetchone()) == (1,)
    links.close()
