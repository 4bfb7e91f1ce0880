"""What a run has heard, and in whose place its fallbacks stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rami.communication.service.message import Message
from services.platform.mailroom import Lack, Mail


@dataclass(frozen=True)
class Heard:
    """As of `at_ns`: the newest usable message of each topic, and what is lacking."""

    at_ns: int = 0
    messages: Mapping[str, Message] | None = None
    lacks: tuple[Lack, ...] = ()

    @classmethod
    def of(cls, at_ns: int, mails: Sequence[Mail]) -> Heard:
        """Of all owners for whom the run hears."""
        messages = {t: m for mail in mails for t, m in mail.inbox.messages.items()}
        lacks = {(k.provider, k.owner, k.need.kind): k for mail in mails for k in mail.lacks}
        named = tuple(lack for lack in lacks.values() if lack.provider)
        return cls(at_ns, messages, named)

    def kind(self, kind: str) -> list[Message]:
        """All of a kind, by topic; those that have ended since are left out by who uses them."""
        found = sorted((self.messages or {}).items())
        return [m for _, m in found if m.payload.kind == kind]
