"""Connections: one per thread at work, idle ones kept, a lost one replaced by a fresh one."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from adapters.stores.postgres.failures import driver, server_name, translated
from rami.core.errors import RunError

if TYPE_CHECKING:
    from psycopg import Connection

T = TypeVar("T")

_CONNECT_S = 10
_PREPARED_AFTER = 3


class Links:
    """Runs work in a transaction on a connection of its own."""

    def __init__(self, service: str, namespace: str, timeout_s: float, read_only: bool) -> None:
        self.server = server_name(service)
        self.namespace = namespace
        self.timeout_s = timeout_s
        self._service = service
        self._read_only = read_only
        self._idle: list[Connection[Any]] = []
        self._lock = Lock()
        self._closed = False

    def run(self, work: Callable[[Connection[Any]], T]) -> T:
        """`work` in one transaction: all of it or nothing.

        When the link turns out to be lost the work is done once more on a fresh connection;
        a repeated write finds its own rows as duplicates. UnreachableError, RunError.
        """
        psycopg = driver()
        with translated(self.server, self.timeout_s):
            kept = self._kept()
            if kept is not None:
                try:
                    return self._within(kept, work)
                except psycopg.OperationalError:
                    if not kept.closed:
                        raise
                    self._forget_idle()
            return self._within(self._fresh(), work)

    def close(self) -> None:
        """Close what is idle and open nothing more."""
        self._closed = True
        self._forget_idle()

    def _within(self, connection: Connection[Any], work: Callable[[Connection[Any]], T]) -> T:
        try:
            with connection.transaction():
                answer = work(connection)
        except BaseException:
            # an interrupted COPY leaves a link in no known state
            if connection.closed or connection.info.transaction_status != 0:
                connection.close()
            else:
                self._give_back(connection)
            raise
        self._give_back(connection)
        return answer

    def _kept(self) -> Connection[Any] | None:
        if self._closed:
            raise RunError(f"{self.server}: the store is closed")
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: Connection[Any]) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _forget_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _fresh(self) -> Connection[Any]:
        psycopg = driver()
        defaults = {"connect_timeout": _CONNECT_S, "application_name": "rami"}
        given = psycopg.conninfo.conninfo_to_dict(self._service)
        connection: Connection[Any] = psycopg.connect(
            **{**defaults, **given}, autocommit=True, prepare_threshold=_PREPARED_AFTER
        )
        settings = {
            "search_path": f"{self.namespace}, pg_temp",
            "statement_timeout": str(round(self.timeout_s * 1000)),
            "default_transaction_read_only": "on" if self._read_only else "off",
            "client_min_messages": "warning",
        }
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        return connection
