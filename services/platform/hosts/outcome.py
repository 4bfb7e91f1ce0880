"""How one run of a service ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from rami.communication.service.contract import Inbox, Service
from rami.communication.service.settings import Place, ServiceConfiguration


class Trouble(StrEnum):
    """What a service did, in a word; others are told no more than this."""

    LATE = "late"
    CRASHED = "crashed"
    FLOODING = "flooding"
    MALFORMED = "malformed"
    IDENTITY = "claims another identity"
    NOT_DECLARED = "not declared"
    STALE = "stale"
    REFUSED = "refused"
    WAITING = "waiting"
    ABSENT = "absent"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Ran:
    """What it wants to say, as text; nothing of it is believed."""

    texts: tuple[bytes, ...]


@dataclass(frozen=True)
class Failed:
    """Why it said nothing; `detail` may hold its owner's data and is for its owner alone."""

    what: Trouble
    detail: str = ""


#: most messages of one run
MESSAGES = 64


@dataclass(frozen=True)
class Recipe:
    """How to make a service in another process: from its configuration, or as it is."""

    configuration: ServiceConfiguration | None = None
    name: str = ""
    place: Place | None = None
    made: Service | None = None

    def make(self) -> Service:
        """The service itself."""
        if self.made is not None:
            return self.made
        assert self.configuration is not None and self.place is not None
        return self.configuration.service(self.name, self.place)


class Host(Protocol):
    """Runs one service, one run at a time."""

    def begin(self, inbox: Inbox) -> None:
        """Start a run. Never waits."""

    def outcome(self) -> Ran | Failed:
        """How it ended, waiting until the deadline at most."""

    def close(self) -> None:
        """End it."""


def texts_of(service: Service, inbox: Inbox) -> Sequence[bytes]:
    """A run, as messages' texts. Raises what the service raises."""
    said = service.run(inbox)
    texts: list[bytes] = []
    for message in said:
        if len(texts) == MESSAGES:
            raise OverflowError(f"more than {MESSAGES} messages in one run")
        texts.append(message.encode())
    return texts
