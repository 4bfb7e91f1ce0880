"""Keeps a link: a thread with one connection at a time, a fresh one after each loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from dataclasses import replace
from random import Random
from threading import Event, Lock, Thread
from typing import Any, TypeVar
from zlib import crc32

from adapters.assets.opcua.session import Session, Setup
from adapters.assets.opcua.trouble import TROUBLE, Lost, NodesFailedError, in_words
from rami.asset.live import Link, LinkState
from rami.core.errors import Problem, RamiError, UnreachableError

T = TypeVar("T")

_ENDS: tuple[type[Exception], ...] = (Lost, RamiError, *TROUBLE)


class Keeper:
    """Opens, watches and renews the link of one twin."""

    def __init__(self, setup: Setup, twin: str) -> None:
        self._setup, self._twin = setup, twin
        retries = setup.configuration.retries
        self._first_s, self._longest_s = retries.first, retries.longest
        self._random = Random(crc32(twin.encode()) ^ retries.seed)
        self._lock = Lock()
        self._stop, self._decided = Event(), Event()
        self._thread: Thread | None = None
        self._failure: RamiError | None = None
        self._link = Link(LinkState.CLOSED, setup.clock())
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._namespaces: tuple[str, ...] = ()
        #: the latest connection, also after its end; None before the first
        self.session: Session | None = None

    def open(self) -> None:
        """Connect and look every node up; UnreachableError, ConfigurationError."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._decided.clear()
        self._failure = None
        self._thread = Thread(target=self._keep, name=f"opcua {self._twin}", daemon=True)
        self._thread.start()
        try:
            self._decided.wait()
        except BaseException:
            self.close()
            raise
        failure = self._failed()
        if failure is not None:
            self.close()
            raise failure

    def _failed(self) -> RamiError | None:
        return self._failure

    def close(self) -> None:
        """End the connection and the thread."""
        self._stop.set()
        with self._lock:
            if self._loop is not None and self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        self._set(LinkState.CLOSED)

    @property
    def link(self) -> Link:
        """How the link is."""
        with self._lock:
            link = self._link
        heartbeat = self._setup.heartbeat
        if link.state is LinkState.OPEN and heartbeat is not None and heartbeat.trouble:
            return replace(link, trouble=heartbeat.trouble)
        return link

    def ask(self, work: Callable[[Session], Coroutine[Any, Any, T]], timeout: float) -> T:
        """Run something in the open connection; Lost where there is none, or no answer."""
        with self._lock:
            if self._link.state is not LinkState.OPEN or self._loop is None:
                raise Lost(f"the link is {self._link.state.value}: {self._link.trouble}")
            assert self.session is not None
            future = asyncio.run_coroutine_threadsafe(work(self.session), self._loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise Lost("no answer in time; it may have been taken") from None
        except CancelledError:
            raise Lost("the link was lost meanwhile; it may have been taken") from None

    def _keep(self) -> None:
        failed = 0
        try:
            while not self._stop.is_set():
                was_open = self._one_connection()
                if self._failure is not None:
                    return
                failed = 0 if was_open else failed + 1
                self._stop.wait(self.pause(failed))
        finally:
            self._decided.set()

    def pause(self, failed: int) -> float:
        """Seconds before the next try after `failed` ones: doubling, the half of it drawn."""
        most = min(self._longest_s, self._first_s * 2.0 ** min(failed, 30))
        return most * (0.5 + 0.5 * self._random.random())

    def _one_connection(self) -> bool:
        """One connection from its begin to its end; whether it was ever open."""
        session = Session(self._setup, self._namespaces)
        try:
            asyncio.run(self._alive(session))
            error: Exception = Lost("it ended")
        except asyncio.CancelledError:
            return False  # closed by us
        except _ENDS as caught:
            error = caught
        was_open = self.session is session
        if not self._decided.is_set():
            self._failure = self._told(error)
        else:
            self._set(LinkState.LOST, in_words(error) if was_open else str(self._told(error)))
        return was_open

    async def _alive(self, session: Session) -> None:
        with self._lock:
            if self._stop.is_set():
                raise asyncio.CancelledError
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        try:
            await session.run(lambda: self._look(session), lambda: self._opened(session))
        finally:
            with self._lock:
                self._loop = self._task = None
            await asyncio.sleep(
                0
            )  # what was asked before now is begun, and cancelled with the loop

    def _look(self, session: Session) -> None:
        """The first time every node must stand; later on what is there is used."""
        failed = session.resolution.failed
        grave = [
            (f.node.point.name, f.problem) for f in failed if not (f.node.optional and f.absent)
        ]
        heartbeat = self._setup.heartbeat
        if heartbeat is not None and heartbeat.failure:
            problem = Problem("heartbeat", f"{heartbeat.text}: {heartbeat.failure}")
            grave.append(("heartbeat", problem))
        if grave and not self._decided.is_set():
            place = f"{self._twin} at {self._setup.configuration.endpoint}"
            raise NodesFailedError(place, len(self._setup.nodes), grave)
        if session.known is not None and not self._namespaces:
            self._namespaces = session.known.now

    def _opened(self, session: Session) -> None:
        self.session = session
        failed = {f.place for f in session.resolution.failed}
        trouble = f"{len(failed)} nodes are missing" if failed else ""
        self._set(LinkState.OPEN, trouble)
        self._decided.set()

    def _told(self, error: Exception) -> RamiError:
        if isinstance(error, RamiError):
            return error
        place = f"{self._twin}: {self._setup.configuration.endpoint}"
        return UnreachableError(f"{place}: {in_words(error)}")

    def _set(self, state: LinkState, trouble: str = "") -> None:
        with self._lock:
            old = self._link
            losses = old.losses + (state is LinkState.LOST and old.state is LinkState.OPEN)
            changed = state is not old.state
            since = self._setup.clock() if changed else old.since_ns
            self._link = Link(state, since, trouble, losses)
