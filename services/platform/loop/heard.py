"""What a run has heard, and in whose place its fallbacks stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rami.communication.service.message import Message
from services.platform.mailroom import Lack, Mail


@dataclass(frozen=True)
class Heard:
    """As of `at_ns`: the newest usable message of each topic, and what is lacking."""

    at_ns: int = 0
    #: by the name of the run's service
    mails: Mapping[str, Mail] = field(default_factory=dict)

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """Of services that are known, each kind once."""
        every = (lack for mail in self.mails.values() for lack in mail.lacks)
        return tuple({(k.provider, k.owner, k.need.kind): k for k in every if k.provider}.values())

    def kind(self, kind: str) -> list[Message]:
        """All of a kind, by topic; those that have ended since are left out by who uses them."""
        found = {t: m for mail in self.mails.values() for t, m in mail.inbox.messages.items()}
        return [m for _, m in sorted(found.items()) if m.payload.kind == kind]
