"""What a front of the PLC is: a server that shows its image and takes writes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rami.core.errors import UnreachableError

HOST = "127.0.0.1"


class Front(Protocol):
    """A server on this machine; `address` says where, once it is open."""

    @property
    def address(self) -> str:
        """Where clients connect."""

    async def open(self) -> None:
        """Listen. Raises UnreachableError when the port is taken."""

    async def publish(self, now_ns: int) -> None:
        """Show what the PLC tells now; `now_ns` is the present of its clock."""

    async def drop(self) -> None:
        """Close all connections and refuse new ones."""

    async def restore(self) -> None:
        """Listen again."""

    async def close(self) -> None:
        """End."""


@contextmanager
def port_errors(what: str, port: int) -> Iterator[None]:
    """Turns a port that cannot be had into one line."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = "is in use; choose another one, or 0 for any that is free"
        else:
            why = f"cannot be had: {error.strerror or error}"
        raise UnreachableError(f"{what}: port {port} {why}") from None
