"""A wire between a backend and its server that can be cut, frozen and mended."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from threading import Event, Thread


class Wire:
    """Forwards TCP from a port of its own on 127.0.0.1 to `port()`, asked per connection."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._to = port
        self._open: list[tuple[socket.socket, socket.socket]] = []
        self._listening = self._listener(0)
        self.port: int = self._listening.getsockname()[1]
        self._cut, self._frozen, self._over = Event(), Event(), Event()
        self._wake, self._woken = socket.socketpair()
        self._thread = Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()

    @staticmethod
    def _listener(port: int) -> socket.socket:
        listening = socket.create_server(("127.0.0.1", port), reuse_port=False)
        listening.setblocking(False)
        return listening

    def cut(self) -> None:
        """Every connection breaks; new ones break at once."""
        self._cut.set()
        self._ring()

    def freeze(self) -> None:
        """Connections stand, nothing goes through."""
        self._frozen.set()
        self._ring()

    def mend(self) -> None:
        """As it was; what was frozen goes through now."""
        self._cut.clear()
        self._frozen.clear()
        self._ring()

    def close(self) -> None:
        self._over.set()
        self._ring()
        self._thread.join(10.0)
        for some in (*self._open, (self._listening, self._wake, self._woken)):
            for one in some:
                one.close()

    def _ring(self) -> None:
        self._wake.send(b"x")

    def _run(self) -> None:
        while not self._over.is_set():
            if self._cut.is_set():
                self._drop_all()
            watched = [self._listening, self._woken]
            if not self._frozen.is_set():
                watched += [end for pair in self._open for end in pair]
            ready, _, _ = select.select(watched, [], [], 1.0)
            for end in ready:
                if end is self._woken:
                    end.recv(4096)
                elif end is self._listening:
                    self._accept()
                else:
                    self._forward(end)

    def _accept(self) -> None:
        try:
            near, _ = self._listening.accept()
        except BlockingIOError:
            return
        if self._cut.is_set():
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._to()), timeout=5.0)
        except OSError:
            near.close()
            return
        near.setblocking(True)
        self._open.append((near, far))

    def _forward(self, end: socket.socket) -> None:
        pair = next((p for p in self._open if end in p), None)
        if pair is None or self._cut.is_set():
            return
        other = pair[1] if end is pair[0] else pair[0]
        try:
            data = end.recv(65536)
            if data:
                other.sendall(data)
                return
        except OSError:
            pass
        self._open.remove(pair)
        for one in pair:
            one.close()

    def _drop_all(self) -> None:
        for pair in self._open:
            for one in pair:
                one.close()
        self._open.clear()
