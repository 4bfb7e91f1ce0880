"""What a service declares, and what it is: a function from messages to messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from rami.communication.service.message import Message


class Fallback(StrEnum):
    """What takes the place of a message that is late, wrong or absent: the last one while it is
    valid, a simpler own calculation, nothing, or no run at all."""

    LAST = "last"
    OWN = "own"
    NOTHING = "nothing"
    WAIT = "wait"


@dataclass(frozen=True)
class Need:
    """A kind of message that a service consumes: `subject` as in topics, `fallback` when none
    is there. `older_than_s` is the age at which one is not used."""

    kind: str
    subject: str = "*"
    service: str = "*"
    fallback: Fallback = Fallback.LAST
    older_than_s: float = 86400.0


@dataclass(frozen=True)
class Offer:
    """A kind of message that a service provides, about `subject`, in a schema's `version`
    (`major.minor`; empty: the one spoken here)."""

    kind: str
    subject: str = "all"
    version: str = ""


@dataclass(frozen=True)
class ServiceDeclaration:
    """`period_s` between two runs (0: on every message that it needs), `deadline_s` for each.

    One that does not wait (`waits`) runs before those that it hears: what they say to it then
    counts when it next looks. `beat_s`: one that runs on messages runs so often without any, to
    look at the clock (0: never).
    """

    name: str
    owner: str
    consumes: tuple[Need, ...] = ()
    provides: tuple[Offer, ...] = ()
    period_s: float = 3600.0
    deadline_s: float = 30.0
    description: str = ""
    waits: bool = True
    beat_s: float = 0.0


@dataclass(frozen=True)
class Inbox:
    """What a service gets for a run: the newest valid message of each topic that it needs,
    and in whose place a fallback stands (`why` by topic pattern)."""

    now_ns: int
    messages: Mapping[str, Message] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> Sequence[Message]:
        """All messages of a kind, by topic."""
        return [m for _, m in sorted(self.messages.items()) if m.payload.kind == kind]


@runtime_checkable
class Service(Protocol):
    """A service; a plain function becomes one by `function_service`."""

    @property
    def declaration(self) -> ServiceDeclaration:
        """Who it is, what it consumes and provides."""

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """Messages to send. What it raises counts as a crash of this service alone."""
