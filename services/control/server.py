"""The control socket's server: a thread beside the loop, within limits whatever clients do."""

from __future__ import annotations

import pwd
import select
import socket
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Self

from rami.communication.live_site import Reply
from services.control.address import SOCKET_FILE, listening, peer, trusted
from services.control.connection import Asked, Connection
from services.control.limits import Limits
from services.control.messages import line
from services.control.published import Published
from services.control.service import Service
from services.control.watching import Watching

_SWEEP_S = 1.0
#: to those who watch when nothing else happens
_ALIVE = line({"alive": True})
#: connections taken in one round
_TAKEN = 4
#: for what is left to be sent at the end
_FAREWELL_S = 1.0


class ControlServer:
    """Serves `site` at `folder/control.sock` from `start` to `close`.

    Raises RunError where the socket cannot be opened, or a process serves there already.
    """

    def __init__(self, site: Published, folder: Path, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.path = folder / SOCKET_FILE
        self._listener = listening(folder)
        self._listener.setblocking(False)
        self._inode = self.path.lstat().st_ino
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._clients: dict[int, Connection] = {}
        self._told: deque[tuple[Connection, Asked, Reply]] = deque()
        self._service = Service(site, self.limits, self._tell, self._watchers)
        self._watching = Watching(site, self.limits)
        self._stopping = Event()
        self._armed = False
        self._round = self._swept = self._deaf_until = 0.0
        self._due = 0.0
        self._thread = Thread(target=self._run, name="control socket", daemon=True)
        site.listen(self._changed)

    def start(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Send what can be sent, hang up, take the socket away."""
        self._stopping.set()
        self._ring()
        if self._thread.ident is not None:
            self._thread.join()
        with suppress(OSError):
            if self.path.lstat().st_ino == self._inode:
                self.path.unlink()
        for client in list(self._clients.values()):
            self.drop(client)
        for end in (self._listener, self._bell, self._rope):
            end.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _changed(self) -> None:
        if self._armed:
            self._armed = False
            self._ring()

    def _tell(self, client: Connection, asked: Asked, reply: Reply) -> None:
        self._told.append((client, asked, reply))
        self._ring()

    def _ring(self) -> None:
        # a bell that is full rings already; one that is closed serves nobody
        with suppress(OSError):
            self._rope.send(b"!")

    def _watchers(self) -> int:
        return sum(client.watch is not None for client in self._clients.values())

    def _run(self) -> None:
        while not self._stopping.is_set():
            found = self._wait(monotonic())
            now = monotonic()
            self._replies(now)
            self._flush(found, now)
            if now >= self._round + self.limits.round_s:
                self._work(found, now)
            self._show(now)
            if now >= self._swept + _SWEEP_S:
                self._swept = now
                self._sweep(now)
        self._farewell()

    def _wait(self, now: float) -> dict[int, int]:
        """Sleep until there is something to do; what clients say is looked at once in a round."""
        rest = self._round + self.limits.round_s - now
        poll, pause = select.poll(), min(_SWEEP_S, self._due - now if self._due else _SWEEP_S)
        poll.register(self._bell, select.POLLIN)
        if rest <= 0.0 and now >= self._deaf_until:
            poll.register(self._listener, select.POLLIN)
        waits = rest > 0.0
        for fd, client in self._clients.items():
            waits = waits or client.ready
            events = client.events if rest <= 0.0 else client.events & select.POLLOUT
            if events:
                poll.register(fd, events)
        if waits:
            pause = min(pause, rest)
        found = dict(poll.poll(max(pause, 0.0) * 1000.0))
        if self._bell.fileno() in found:
            with suppress(BlockingIOError):
                self._bell.recv(4096)
        return found

    def _replies(self, now: float) -> None:
        while self._told:
            client, asked, reply = self._told.popleft()
            with self._guarded(client):
                self._service.replied(client, asked, reply, now)

    def _flush(self, found: dict[int, int], now: float) -> None:
        for fd in found:
            client = self._clients.get(fd)
            if client is not None and client.sending:
                with self._guarded(client):
                    client.flush(now)

    def _work(self, found: dict[int, int], now: float) -> None:
        """One round: take connections, read, answer; those longest unserved first."""
        if self._listener.fileno() in found:
            self._round = now
            self._accept(now)
        requests, size = self.limits.requests, self.limits.round_bytes
        for client in sorted(self._clients.values(), key=lambda c: c.served):
            reads = bool(found.get(client.channel.fileno(), 0) & ~select.POLLOUT)
            if not (client.ready or reads) or requests <= 0 or size <= 0:
                continue
            self._round = client.served = now
            with self._guarded(client):
                if reads and client.events & select.POLLIN:
                    size -= client.receive()
                if client.ready:
                    requests -= 1
                    client.active = now
                    self._service.answer(client, now)

    def _accept(self, now: float) -> None:
        for _ in range(_TAKEN):
            try:
                channel, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError:
                # out of descriptors: make room, and leave the others at the door for a while
                self._make_room()
                self._deaf_until = now + _SWEEP_S
                return
            self._welcome(channel, now)

    def _welcome(self, channel: socket.socket, now: float) -> None:
        uid, why = -1, ""
        with suppress(OSError):
            _, uid = peer(channel)
        if not trusted(uid):
            why = f"uid {uid} is neither the owner of this run nor root"
        elif len(self._clients) >= self.limits.connections and not self._make_room():
            why = f"{self.limits.connections} connections are open already"
        if why:
            with channel, suppress(OSError):
                channel.setblocking(False)
                channel.send(line({"id": None, "ok": False, "why": [why]}))
            return
        self._clients[channel.fileno()] = Connection(channel, _login(uid), self.limits, now)

    def _make_room(self) -> bool:
        """Hang up on the one that has been idle for longest."""
        idle = [client for client in self._clients.values() if client.idle]
        if idle:
            self.drop(min(idle, key=lambda c: c.active))
        return bool(idle)

    def _show(self, now: float) -> None:
        watching = [c for c in self._clients.values() if c.watch is not None]
        # from here on a change rings; before, it is seen below
        self._armed = bool(watching)
        late = []
        for client in watching:
            with self._guarded(client):
                if self._watching.feed(client, now) and client.watch is not None:
                    late.append(client.watch.due)
        self._due = min(late, default=0.0)
        if late:
            self._armed = False

    def _sweep(self, now: float) -> None:
        for client in list(self._clients.values()):
            if client.gone():
                self.drop(client)
                continue
            with self._guarded(client):
                self._service.overdue(client, now)
                if now >= client.active + _SWEEP_S and client.listens:
                    client.send(_ALIVE, now)
            patience = self.limits.idle_s if client.idle else self.limits.stalled_s
            waits = client.asked is not None and not client.sending
            if not waits and now >= client.active + patience:
                self.drop(client)

    def _farewell(self) -> None:
        """Tell everybody the last of it, then that this is the end."""
        now = until = monotonic()
        until += _FAREWELL_S
        self._replies(now)
        for client in list(self._clients.values()):
            if client.watch is not None:
                client.watch.due = 0.0
                with self._guarded(client):
                    self._watching.feed(client, now)
                    client.send(line({"bye": True}), now)
        while now < until and (left := [c for c in self._clients.values() if c.sending]):
            poll = select.poll()
            for client in left:
                poll.register(client.channel, select.POLLOUT)
            found = dict(poll.poll((until - now) * 1000.0))
            now = monotonic()
            self._flush(found, now)

    def _guarded(self, client: Connection) -> _Guarded:
        return _Guarded(self, client)

    def drop(self, client: Connection) -> None:
        """Hang up on a client."""
        self._clients.pop(client.channel.fileno(), None)
        self._service.leave(client)
        client.channel.close()


class _Guarded:
    """A client that breaks or has finished is dropped, and nobody else notices."""

    def __init__(self, server: ControlServer, client: Connection) -> None:
        self._server, self._client = server, client

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        broken = kind is not None and issubclass(kind, OSError)
        if broken or self._client.finished:
            self._server.drop(self._client)
        return broken


def _login(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
