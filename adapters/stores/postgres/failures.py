"""What psycopg raises, in the project's own errors: one line, the server named, no password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rami.core.errors import ConfigurationError, RunError, UnreachableError


def driver() -> Any:
    """The module psycopg. ConfigurationError naming the pip command where it is missing."""
    try:
        import psycopg
    except ImportError as error:
        raise ConfigurationError(
            f"the PostgreSQL store needs psycopg ({error}): pip install 'rami-twins[postgres]'"
        ) from None
    return psycopg


def server_name(service: str) -> str:
    """Host, port, database and user of a connection string, nothing else of it."""
    psycopg = driver()
    try:
        parts = psycopg.conninfo.conninfo_to_dict(service)
    except psycopg.ProgrammingError:
        # libpq's words for it repeat the text, and a password may stand in it
        raise ConfigurationError(
            "historian.service is no connection string of libpq, "
            "e.g. 'host=/run/postgresql dbname=site user=rami'"
        ) from None
    if "service" in parts:
        return f"PostgreSQL service {parts['service']!r}"
    named = [f"{key} {parts[key]}" for key in ("host", "port", "dbname", "user") if parts.get(key)]
    return f"PostgreSQL at {', '.join(named) or 'the default place'}"


@contextmanager
def translated(server: str, timeout_s: float) -> Iterator[None]:
    """Turns psycopg's errors into ours; what is no error of the database passes."""
    psycopg = driver()
    errors = psycopg.errors
    try:
        yield
    except errors.DiskFull as error:
        raise RunError(
            f"{server}: the server's disk is full, nothing of this batch was kept "
            f"({_line(error)}); give it space and repeat"
        ) from None
    except (errors.QueryCanceled, errors.LockNotAvailable) as error:
        raise UnreachableError(
            f"{server}: no answer within {timeout_s:g} s ({_line(error)}); "
            "another process may hold it, or historian.timeout is too short"
        ) from None
    except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction) as error:
        raise RunError(f"{server}: not allowed: {_line(error)}") from None
    except psycopg.OperationalError as error:
        raise UnreachableError(f"{server}: {_line(error)}") from None
    except psycopg.Error as error:
        raise RunError(f"{server}: {type(error).__name__}: {_line(error)}") from None


def _line(error: BaseException) -> str:
    """First line of a message: further ones repeat statements or attempts."""
    diagnosed = getattr(getattr(error, "diag", None), "message_primary", None)
    lines = [part.strip() for part in str(diagnosed or error).splitlines() if part.strip()]
    text = next((part for part in lines if "failed:" in part), lines[0] if lines else "no reason")
    return text.rpartition("failed: ")[2].removeprefix("FATAL: ").strip()
