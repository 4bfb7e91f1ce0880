"""The newest message of each topic that an owner has heard, and inboxes made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import NamedTuple

from rami.communication.service.contract import Fallback, Inbox, Need, ServiceDeclaration
from rami.communication.service.message import Message
from rami.core.timegrid import NS, iso

#: what stands in the place of a message
INSTEAD = {
    Fallback.LAST: "the last one",
    Fallback.OWN: "its own calculation",
    Fallback.NOTHING: "nothing",
    Fallback.WAIT: "waiting",
}
#: names of providers listed in one reason
_NAMED = 5


class Lack(NamedTuple):
    """A need in whose place a fallback stands: who does not give, and why in a word."""

    need: Need
    provider: str
    owner: str
    why: str


class Mail(NamedTuple):
    """An inbox, what it lacks, and whether the service waits (`Fallback.WAIT`)."""

    inbox: Inbox
    lacks: tuple[Lack, ...]
    waits: bool


class Mailroom:
    """One owner's. Calls may come from any thread."""

    def __init__(self) -> None:
        self._newest: dict[str, Message] = {}
        self._came: dict[str, int] = {}
        self._count = 0
        self._turn = Lock()

    def put(self, message: Message) -> None:
        """Keep it in the place of the last one of its topic."""
        with self._turn:
            self._count += 1
            self._newest[str(message.topic)] = message
            self._came[str(message.topic)] = self._count

    def all(self) -> list[Message]:
        """The newest of each topic, by topic."""
        with self._turn:
            return [message for _, message in sorted(self._newest.items())]

    def of(self, sender: tuple[str, str]) -> list[Message]:
        """The newest ones of a service (owner, name), by topic."""
        return [m for m in self.all() if (m.topic.owner, m.topic.service) == sender]

    def forget(self, owners: Iterable[str]) -> None:
        """What these owners have said was never heard."""
        gone = frozenset(owners)
        with self._turn:
            for topic in [t for t, m in self._newest.items() if m.topic.owner in gone]:
                del self._newest[topic], self._came[topic]

    def news(self, declaration: ServiceDeclaration, after: int) -> int:
        """Number of the newest arrival that a service needs, `after` where none has come since;
        its own messages do not count."""
        with self._turn:
            came = [
                self._came[topic]
                for topic, m in self._newest.items()
                if self._came[topic] > after
                and (m.topic.owner, m.topic.service) != (declaration.owner, declaration.name)
                and any(_is(m, need) for need in declaration.consumes)
            ]
        return max(came, default=after)

    def mail(
        self,
        declaration: ServiceDeclaration,
        now_ns: int,
        providers: Mapping[int, tuple[ServiceDeclaration, ...]],
        troubles: Mapping[tuple[str, str], str],
    ) -> Mail:
        """An inbox as of `now_ns`. `providers` are those of each need by its place, `troubles`
        what is wrong with a service (owner, name) at present."""
        with self._turn:
            known = sorted(self._newest.items())
        messages: dict[str, Message] = {}
        why: dict[str, str] = {}
        lacks: list[Lack] = []
        waits = False
        for place, need in enumerate(declaration.consumes):
            found: dict[str, Message] = {}
            reasons: list[tuple[str, str, str]] = []
            expected = {(p.owner, p.name): p for p in providers.get(place, ())}
            for topic, message in known:
                sender = (message.topic.owner, message.topic.service)
                if not _is(message, need) or sender == (declaration.owner, declaration.name):
                    continue
                late = troubles.get(sender) or _late(message, expected.get(sender), now_ns)
                expected.pop(sender, None)
                if _usable(message, need, now_ns) and (not late or need.fallback is Fallback.LAST):
                    found[topic] = message
                    if late:
                        last = f"{late}; its last one of {iso(message.sent_ns)}"
                        reasons.append((*sender, last))
                elif _usable(message, need, now_ns) or late:
                    reasons.append((*sender, late))
                else:
                    reasons.append((*sender, "stale"))
            for sender in sorted(expected):
                reasons.append((*sender, troubles.get(sender, "absent")))
            if not found and not reasons:
                reasons.append(("", "", "absent"))
            messages |= found
            if reasons:
                why[_pattern(need)] = _told(need, reasons, bool(found))
                lacks += [Lack(need, name, owner, text) for owner, name, text in reasons]
                waits |= need.fallback is Fallback.WAIT
        return Mail(Inbox(now_ns, messages, why), tuple(lacks), waits)


def _is(message: Message, need: Need) -> bool:
    topic = message.topic
    return (
        topic.kind == need.kind
        and need.subject in ("*", topic.subject)
        and need.service in ("*", topic.service)
    )


def _usable(message: Message, need: Need, now_ns: int) -> bool:
    young = now_ns - message.sent_ns <= round(need.older_than_s * NS)
    return young and message.valid_until_ns > now_ns


def _late(message: Message, provider: ServiceDeclaration | None, now_ns: int) -> str:
    """A provider that says something every period has missed one."""
    if provider is None or provider.period_s == 0:
        return ""
    longest_ns = round((provider.period_s + provider.deadline_s) * NS)
    return "late" if now_ns - message.sent_ns > longest_ns else ""


def _pattern(need: Need) -> str:
    return f"{need.service}/{need.kind}/{need.subject}"


def _told(need: Need, reasons: list[tuple[str, str, str]], some: bool) -> str:
    instead = INSTEAD[need.fallback]
    if need.fallback is Fallback.LAST and not some:
        instead = "nothing"
    parts = [f"{owner}/{name}: {text}" if name else text for owner, name, text in reasons[:_NAMED]]
    more = f" and {len(reasons) - _NAMED} more" if len(reasons) > _NAMED else ""
    return f"{instead} ({'; '.join(parts)}{more})"
