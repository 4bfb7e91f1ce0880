"""The websocket server that resource managers connect to, in a thread of its own.

Whoever connects shows a token before anything is upgraded; each token stands for one resource and
has one connection, which gives way only when it no longer answers. Sizes, times and numbers of
connections are bounded.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from copy import copy
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from adapters.edges.s2 import wire
from adapters.edges.s2.configuration import S2Configuration
from adapters.edges.s2.session import Over, Session
from adapters.edges.s2.told import Told
from rami.core.errors import ConfigurationError, Problem, UnreachableError

log = logging.getLogger(__name__)
T = TypeVar("T")

#: time for TCP, TLS, headers, and then for the S2 handshake, s
OPENING_S = 5.0
#: connections beside one for each resource
SPARE = 16


class Listener:
    """`opened` and `closed` are called in its thread with a resource's name."""

    def __init__(self, settings: S2Configuration, folder: Path, clock: Callable[[], int]) -> None:
        self._settings, self._folder, self._clock = settings, folder, clock
        self._tokens = {r.token_sha256: n for n, r in settings.resources.items()}
        self._sessions: dict[str, tuple[Session, ServerConnection]] = {}
        self._open: set[ServerConnection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="s2", daemon=True)
        self._ready: threading.Event = threading.Event()
        self._fault: Exception | None = None
        self._stop = asyncio.Event()
        self.port = 0
        #: why connections ended or were refused, by reason
        self.ended: dict[str, int] = {}
        self.every: Callable[[], Coroutine[Any, Any, None]] | None = None

    def open(self) -> None:
        """Listen. Raises UnreachableError, ConfigurationError."""
        self._thread.start()
        self._ready.wait()
        if self._fault is not None:
            raise self._fault

    def close(self) -> None:
        """Let go of everybody."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def told(self) -> dict[str, Told]:
        """Of each resource that is here, what it has told."""

        async def copies() -> dict[str, Told]:
            return {n: _copied(s.told) for n, (s, _) in self._sessions.items() if s.ready}

        return self.call(copies())

    def session(self, name: str) -> Session | None:
        """Of a resource that is here; to be used in the listener's thread."""
        found = self._sessions.get(name)
        return found[0] if found is not None and found[0].ready else None

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done in the listener's thread, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        settings = self._settings
        listener = self

        class Counted(ServerConnection):  # type: ignore[misc]
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                if len(listener._open) >= len(settings.resources) + SPARE:
                    listener._ends("too many connections")
                    transport.abort()  # type: ignore[attr-defined]
                else:
                    listener._open.add(self)

            def connection_lost(self, error: Exception | None) -> None:
                listener._open.discard(self)
                super().connection_lost(error)

        try:
            server = await serve(
                self._talk, settings.host, settings.port, process_request=self._admit,
                ssl=self._tls(), open_timeout=OPENING_S, close_timeout=2.0,
                ping_interval=settings.silence, ping_timeout=settings.silence,
                max_size=wire.LIMIT, max_queue=16, compression=None, server_header=None,
                create_connection=Counted, logger=log,
            )  # fmt: skip
        except OSError as error:
            self._fault = UnreachableError(
                f"port {settings.port} of {settings.host} cannot be listened on: {error.strerror}"
            )
            return
        except ConfigurationError as error:
            self._fault = error
            return
        await self._until_stopped(server)

    async def _until_stopped(self, server: Server) -> None:
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        regular = self._loop.create_task(self.every()) if self.every is not None else None
        await self._stop.wait()
        if regular is not None:
            regular.cancel()
        server.close()
        await server.wait_closed()

    def _tls(self) -> ssl.SSLContext | None:
        certificate, key = self._settings.certificate, self._settings.private_key
        if certificate is None or key is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self._folder / certificate, self._folder / key)
        except (OSError, ssl.SSLError) as error:
            where = str(self._folder / certificate)
            raise ConfigurationError([Problem(where, f"is no certificate: {error}")]) from None
        return context

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        name = self._name(request)
        if name is None:
            self._ends("no token that is known")
            return connection.respond(HTTPStatus.UNAUTHORIZED, "show a token\n")
        connection.username = name
        return None

    def _name(self, request: Request) -> str | None:
        shown = request.headers.get_all("Authorization")
        word, _, token = (shown[0] if len(shown) == 1 else "").partition(" ")
        if word.lower() != "bearer" or not token:
            return None
        digest = sha256(token.strip().encode()).hexdigest()
        known = [name for t, name in self._tokens.items() if compare_digest(t, digest)]
        return known[0] if known else None

    async def _talk(self, connection: ServerConnection) -> None:
        name = connection.username
        if not await self._vacant(name):
            self._ends("connected already")
            await connection.close(1008, "this resource is connected already")
            return

        async def send(text: str) -> None:
            try:
                await asyncio.wait_for(connection.send(text), self._settings.answer)
            except ConnectionClosed:
                raise Over("the connection was lost") from None
            except TimeoutError:
                connection.transport.abort()
                raise Over("it does not read") from None

        session = Session(
            send, self._clock, self._settings.answer,
            self._settings.resources[name].resource_id, lambda i: self._taken(name, i),
        )  # fmt: skip
        self._sessions[name] = (session, connection)
        why = "connection lost"
        try:
            async with asyncio.timeout(OPENING_S) as limit:
                async for text in connection:
                    await session.hear(text)
                    if session.ready:
                        limit.reschedule(None)
            why = "closed"
        except Over as over:
            why = str(over)
        except TimeoutError:
            why = "no handshake in time"
        except ConnectionClosed:
            pass
        finally:
            self._ends(why)
            session.close()
            if self._sessions.get(name, (None, None))[0] is session:
                del self._sessions[name]
        await connection.close(1008, why[:100])

    async def _vacant(self, name: str) -> bool:
        """Whether a resource has no connection that still answers."""
        while (held := self._sessions.get(name)) is not None:
            try:
                async with asyncio.timeout(min(2.0, self._settings.answer)):
                    await (await held[1].ping())
                return False
            except (TimeoutError, ConnectionClosed):
                held[1].transport.abort()
                if self._sessions.get(name) is held:
                    del self._sessions[name]
        return True

    def _taken(self, name: str, resource_id: str) -> bool:
        return any(
            other != name and s.told.details is not None
            and str(s.told.details.resource_id) == resource_id
            for other, (s, _) in self._sessions.items()
        )  # fmt: skip

    def _ends(self, why: str) -> None:
        self.ended[why] = self.ended.get(why, 0) + 1


def _copied(told: Told) -> Told:
    made = copy(told)
    made.newest, made.running = dict(told.newest), dict(told.running)
    made.measured, made.energy = told.measured.copy(), dict(told.energy)
    made.ordered = dict(told.ordered)
    return made
