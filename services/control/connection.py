"""One client of the control socket: what came and was not yet read, what was not yet sent."""

from __future__ import annotations

import fcntl
import select
import socket
import struct
import termios
from dataclasses import dataclass, field

from rami.communication.live_site import PlanView, SiteView
from services.control.alarms import Held, Key
from services.control.limits import Limits
from services.control.requests import Waiting


@dataclass
class Asked:
    """A request of this client that the loop has; `until` is when the client waits no longer."""

    name: object
    timeout_s: float
    until: float
    waiting: Waiting | None = None


@dataclass
class Watch:
    """What a watching client has been sent; nothing more before `due`."""

    event: int
    view: SiteView | None = None
    plan: PlanView | None = None
    proposal: PlanView | None = None
    conditions: dict[Key, Held] = field(default_factory=dict)
    due: float = 0.0


class Connection:
    """Never waits; `now` is monotonic, in seconds."""

    def __init__(self, channel: socket.socket, login: str, limits: Limits, now: float) -> None:
        channel.setblocking(False)
        self.channel, self.login = channel, login
        self.asked: Asked | None = None
        self.watch: Watch | None = None
        self.ended = self.closing = False
        self.active = self.served = now
        self._most = limits.line_bytes
        self._inbox = bytearray()
        self._outbox: list[memoryview] = []

    @property
    def events(self) -> int:
        """What to look for at the socket, as `select.poll` has it."""
        reads = not (self.ended or self.closing or self.sending or self.has_line)
        return (select.POLLIN if reads else 0) | (select.POLLOUT if self.sending else 0)

    @property
    def sending(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._outbox)

    @property
    def has_line(self) -> bool:
        """Whether there is a whole line, or one that is too long."""
        return b"\n" in self._inbox or len(self._inbox) > self._most

    @property
    def ready(self) -> bool:
        """Whether a line may be answered now."""
        return self.has_line and self.asked is None and not (self.sending or self.closing)

    @property
    def idle(self) -> bool:
        """Whether nothing is owed to this client."""
        return self.watch is None and self.asked is None and not self.sending

    @property
    def listens(self) -> bool:
        """Whether this client watches, and has read all that it was sent."""
        return not (self.watch is None or self.closing or self.sending or self.unread())

    @property
    def finished(self) -> bool:
        """Whether nothing more is to come from this client or for it."""
        if self.closing:
            return not self.sending
        return self.ended and self.idle and not self.has_line

    def receive(self) -> int:
        """Read what there is, at most a line's length; bytes read. Raises OSError."""
        try:
            found = self.channel.recv(self._most)
        except BlockingIOError:
            return 0
        self.ended = not found
        self._inbox += found
        return len(found)

    def take_line(self) -> bytes | None:
        """The next line; None where it is too long."""
        end = self._inbox.find(b"\n") + 1
        if not 0 < end <= self._most:
            return None
        found = bytes(self._inbox[:end])
        del self._inbox[:end]
        return found

    def send(self, content: bytes, now: float) -> None:
        """Send it, or keep what could not be sent. Raises OSError."""
        if not self.sending:
            self.active = now
        self._outbox.append(memoryview(content))
        self.flush(now)

    def flush(self, now: float) -> None:
        """Send what is left, as far as the other end takes it. Raises OSError."""
        while self._outbox:
            try:
                sent = self.channel.send(self._outbox[0])
            except BlockingIOError:
                return
            self.active = now
            self._outbox[0] = self._outbox[0][sent:]
            if not self._outbox[0]:
                del self._outbox[0]

    def unread(self) -> bool:
        """Whether the other end has not yet read all that was sent."""
        try:
            packed = fcntl.ioctl(self.channel, termios.TIOCOUTQ, bytes(4))
        except OSError:
            return False
        return bool(struct.unpack("i", packed)[0])

    def gone(self) -> bool:
        """Whether the other end has let go for good, not only said all it had to say."""
        poll = select.poll()
        poll.register(self.channel, 0)
        return bool(poll.poll(0))
