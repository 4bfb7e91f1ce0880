"""Ends sessions whose user or certificate is not welcome any more, while they are open."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from rami.core.errors import ConfigurationError
from services.opcua.security.acts import Session

_logger = logging.getLogger(__name__)
#: between two looks at the users file and the trust list, s
EVERY = 2.0


class Housekeeping:
    """A task of the server's loop."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on."""
        if not self._inner.guards.settings.insecure:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """No more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(EVERY)
                await self.look()

    async def look(self) -> None:
        """End the sessions of those who have been removed."""
        guards = self._inner.guards
        for session in list(self._inner._external_sessions.values()):
            if not session.known:
                continue
            caller = session.caller
            try:
                role = guards.users.role_of(caller.name)
            except ConfigurationError as error:
                _logger.error("users are kept as they were: %s", error)
                return
            trusted = guards.trust.trusted(session.certificate or b"")
            if role != caller.role or trusted is None:
                why = "user changed or removed" if role != caller.role else "no longer trusted"
                act = Session(session.session_id)
                guards.trail.tell(caller.who, "opcua.session", why, "ended", act)
                channel = session.channel
                await session.close_session(True)
                if channel is not None:
                    channel._transport.abort()
