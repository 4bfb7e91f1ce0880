"""Borders between owners: who may say and hear what, from zones and what services declare.

Nothing crosses a border that no zone names. Within an owner everything that is declared passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from rami.communication.service.bus import Rights
from rami.communication.service.contract import Need, ServiceDeclaration
from rami.communication.service.message import Message, Topic
from rami.communication.service.settings import Crossing


class Border:
    """Asked anew for every message: a change or a revocation holds from the next one on."""

    def __init__(
        self, site: str, services: Iterable[ServiceDeclaration], crossings: Iterable[Crossing] = ()
    ) -> None:
        self.site = site
        self._services = tuple(services)
        self._revoked: frozenset[str] = frozenset()
        self._crossings: tuple[Crossing, ...] = tuple(crossings)
        self._rights = self._derived()

    @property
    def parties(self) -> tuple[str, ...]:
        """Owners that have a service here or are told anything."""
        named = [s.owner for s in self._services]
        return tuple(sorted({*named, *(to for c in self._crossings for to in c.to)}))

    def rights(self, party: str) -> Rights:
        """What a party may say and hear now; nothing when it is unknown or revoked."""
        return self._rights.get(party, Rights(party))

    def wanted(self, party: str) -> tuple[Topic, ...]:
        """What a party's services would hear of anybody; a gate decides what they may."""
        own = (s for s in self._services if s.owner == party)
        needs = (n for s in own for n in s.consumes)
        return tuple(dict.fromkeys(Topic(self.site, "*", n.service, n.kind, n.subject)
                                   for n in needs))  # fmt: skip

    def change(self, crossings: Iterable[Crossing]) -> None:
        """Other zones, from now on."""
        self._crossings = tuple(crossings)
        self._rights = self._derived()

    def revoke(self, party: str) -> None:
        """A party neither says nor hears anything any more."""
        self.shut_out(self._revoked | {party})

    def shut_out(self, parties: Iterable[str]) -> None:
        """Exactly these parties neither say nor hear anything from now on."""
        self._revoked = frozenset(parties)
        self._rights = self._derived()

    @property
    def revoked(self) -> frozenset[str]:
        """Parties that neither say nor hear anything."""
        return self._revoked

    def says(self, party: str, message: Message) -> str:
        """Why a party may not say this; empty when it may."""
        topic = message.topic
        if topic.owner != party:
            return "identity"
        if message.payload.kind != topic.kind or not topic.plain:
            return "topic"
        return "" if self.rights(party).may_send(topic) else "not declared"

    def hears(self, party: str, message: Message) -> str:
        """Why a party may not be told this; empty when it may."""
        if party in self._revoked or message.topic.owner in self._revoked:
            return "revoked"
        if not self.rights(party).may_hear(message.topic):
            return "zone"
        if message.topic.owner == party:
            return ""
        open_to = self._signals(message.topic, party)
        hidden = [p for p in message.payload.paths() if not _any(p, open_to)]
        return "zone" if hidden or not open_to else ""

    def hearers(self, topic: Topic) -> tuple[str, ...]:
        """Other parties that a broker would pass a topic on to."""
        return tuple(p for p, r in self._rights.items() if p != topic.owner and r.may_hear(topic))

    def opened(self, need: Need, consumer: str, provider: ServiceDeclaration) -> bool:
        """Whether a zone lets what a service needs through from another."""
        if provider.owner == consumer:
            return True
        return any(
            c.owner == provider.owner and consumer in c.to and need.kind in c.kinds
            for c in self._crossings
        )

    def _signals(self, topic: Topic, party: str) -> Sequence[str]:
        return [
            pattern
            for c in self._crossings
            if c.owner == topic.owner and party in c.to and topic.kind in c.kinds
            if "*" in c.subjects or topic.subject in c.subjects
            for pattern in c.signals
        ]

    def _derived(self) -> dict[str, Rights]:
        rights = {}
        for party in self.parties:
            if party in self._revoked:
                continue
            own = [s for s in self._services if s.owner == party]
            sends = [Topic(self.site, party, s.name, o.kind, o.subject)
                     for s in own for o in s.provides]  # fmt: skip
            hears = [t for s in own for need in s.consumes for t in self._heard(party, need)]
            rights[party] = Rights(party, tuple(dict.fromkeys(sends)), tuple(dict.fromkeys(hears)))
        return rights

    def _heard(self, party: str, need: Need) -> Iterable[Topic]:
        yield Topic(self.site, party, need.service, need.kind, need.subject)
        for c in self._crossings:
            if party not in c.to or need.kind not in c.kinds or c.owner in self._revoked:
                continue
            for subject in c.subjects:
                both = subject if need.subject == "*" else need.subject
                if subject in ("*", both):
                    yield Topic(self.site, c.owner, need.service, need.kind, both)


def _any(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
