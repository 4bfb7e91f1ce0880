"""A bus: carries messages between services, in one process or between companies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from rami.communication.service.message import Message, Topic

Heard = Callable[[Message], None]


@dataclass(frozen=True)
class Rights:
    """What one party may do: topic patterns that it may send and hear."""

    party: str
    sends: tuple[Topic, ...] = ()
    hears: tuple[Topic, ...] = ()

    def may_send(self, topic: Topic) -> bool:
        """Whether it may say this."""
        return any(topic.meets(pattern) for pattern in self.sends)

    def may_hear(self, topic: Topic) -> bool:
        """Whether it may be told this."""
        return any(topic.meets(pattern) for pattern in self.hears)


class Bus(Protocol):
    """Calls may come from any thread. What is refused is counted and told in `refused`."""

    def open(self) -> None:
        """Connect. Raises UnreachableError, ConfigurationError."""

    def close(self) -> None:
        """Let go."""

    def send(self, message: Message) -> None:
        """Hand a message over. Raises DataError (too large), PermissionDenied as RunError."""

    def listen(self, patterns: Iterable[Topic], heard: Heard) -> None:
        """Have `heard` called with each valid message of these topics, once per message and
        sender's sequence; what is malformed, replayed or forbidden never gets there."""

    def refused(self) -> dict[str, int]:
        """Messages not passed on so far, by reason."""
