"""A service's host that also keeps what the service said, and how long it took."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from rami.communication.service.message import Message
from rami.core.errors import DataError
from services.platform.hosts.outcome import Failed, Ran

if TYPE_CHECKING:
    from rami.communication.service.contract import Inbox
    from services.platform.hosts.outcome import Host


class Overheard:
    """Implements `Host` around another."""

    def __init__(self, host: Host) -> None:
        self._host, self._begun = host, 0.0
        self._texts: tuple[bytes, ...] = ()
        #: wall time of the last run, from its begin to its outcome
        self.seconds = 0.0

    def begin(self, inbox: Inbox) -> None:
        """As in Host."""
        self._begun, self._texts = perf_counter(), ()
        self._host.begin(inbox)

    def outcome(self) -> Ran | Failed:
        """As in Host."""
        ended = self._host.outcome()
        self.seconds = perf_counter() - self._begun
        if isinstance(ended, Ran):
            self._texts = ended.texts
        return ended

    def close(self) -> None:
        """As in Host."""
        self._host.close()

    def said(self) -> list[Message]:
        """What the last run said and can be read."""
        found = []
        for text in self._texts:
            try:
                found.append(Message.decode(text))
            except DataError:
                continue
        return found
