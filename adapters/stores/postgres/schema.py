"""Tables of the shared store, and their making.

    signal      what is known by name
    sample      the rows that hold, one per signal and instant, partitioned by month of UTC
    superseded  earlier versions of corrected rows, in the order of writing
    month       per partition: rows, first and last instant, whether it is packed
    writing     one row: a lock of all who change something, and what they did so far

Times are int64 nanoseconds (PostgreSQL's own timestamps stop at microseconds); a status is the
uint32 of `rami.core.quality` in the bits of an int4, so that bad ones are negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rami.core.errors import DataError

if TYPE_CHECKING:
    from psycopg import Connection

VERSION = 1

# Samples of `name` would be copied into pg_statistic and outlast an erasure there.
_TABLES = """
CREATE TABLE signal (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cumulative boolean NOT NULL,
    quantity text NOT NULL,
    name text COLLATE "C" NOT NULL UNIQUE,
    description text NOT NULL);
ALTER TABLE signal ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN description SET STATISTICS 0;
CREATE TABLE sample (
    at bigint NOT NULL,
    value float8 NOT NULL,
    signal int NOT NULL,
    status int NOT NULL,
    PRIMARY KEY (signal, at)) PARTITION BY RANGE (at);
ALTER TABLE sample ALTER COLUMN value SET STATISTICS 0;
CREATE TABLE superseded (
    at bigint NOT NULL,
    value float8 NOT NULL,
    signal int NOT NULL,
    status int NOT NULL,
    version bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (signal, at, version));
ALTER TABLE superseded ALTER COLUMN value SET STATISTICS 0;
CREATE TABLE month (
    month text PRIMARY KEY,
    rows bigint NOT NULL DEFAULT 0,
    earliest bigint,
    latest bigint,
    packed boolean NOT NULL DEFAULT false);
CREATE TABLE writing (
    format int NOT NULL,
    revision bigint NOT NULL DEFAULT 0,
    batches bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    corrections bigint NOT NULL DEFAULT 0,
    late bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0);
"""


def prepare(connection: Connection[Any], namespace: str, server: str, read_only: bool) -> None:
    """Make the tables where they are missing. DataError when they are of another version."""
    if not _exists(connection, namespace):
        if read_only:
            raise DataError(f"{server}: no history in schema {namespace!r}")
        # two processes may start at once; the second waits here and finds the tables
        connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"rami {namespace}",))
        if not _exists(connection, namespace):
            # the name's letters are checked by the configuration
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {namespace}")
            connection.execute(_TABLES)
            connection.execute("INSERT INTO writing (format) VALUES (%s)", (VERSION,))
    found = connection.execute(f"SELECT format FROM {namespace}.writing").fetchone()
    if found is None or found[0] != VERSION:
        got = "none" if found is None else found[0]
        raise DataError(
            f"{server}: schema {namespace!r} has format {got}, wanted {VERSION}; "
            "use the rami-twins that made it, or another namespace"
        )


def _exists(connection: Connection[Any], namespace: str) -> bool:
    # not to_regclass: a name that was missing is remembered as missing within a transaction
    found = connection.execute(
        "SELECT 1 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n "
        "ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = 'writing'",
        (namespace,),
    ).fetchone()
    return found is not None
