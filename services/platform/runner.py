"""The platform: runs the services of a site in the order in which they wait for each other.

Whatever a service does, a cycle ends: after the deadlines of those that run one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from rami.communication.service.border import Border
from rami.communication.service.bus import Bus
from rami.communication.service.message import Message, Topic
from rami.communication.service.refusals import Refusals
from rami.communication.service.waiting import order, promises, waiting
from rami.core.errors import RunError, UnreachableError
from services.platform.clock import SetClock
from services.platform.events import Journal, ServiceEvent
from services.platform.hosts.outcome import Failed, Trouble
from services.platform.mailroom import Lack, Mail, Mailroom
from services.platform.member import Member
from services.platform.outbox import Outbox
from services.platform.sequences import Sequences

#: how often services that run on messages may answer each other within one cycle
ROUNDS = 100


class Platform:
    """Services of one site. `buses` are those of each owner; the first is the one in this process.

    `home(owner)` is the folder of an owner's own files; without it nothing is kept on disk.
    Raises ConfigurationError when services wait for each other in a circle.

    Example:
        with assemble.platform(site) as platform:
            platform.cycle(now_ns)
    """

    def __init__(
        self,
        members: Iterable[Member],
        border: Border,
        buses: Mapping[str, tuple[Bus, ...]],
        clock: Callable[[], int],
        refusals: Mapping[str, Refusals] | None = None,
        home: Callable[[str], Path] | None = None,
        told: Callable[[ServiceEvent], None] | None = None,
    ) -> None:
        self.members = {m.name: m for m in sorted(members, key=lambda m: m.name)}
        self.border, self.clock, self.journal = border, clock, Journal(home, told)
        declared = [m.declaration for m in self.members.values()]
        self.graph = waiting(declared, border)
        self._levels = order(self.graph)
        self._buses, self._refusals = buses, refusals or {}
        self._disk = False
        self._some = Event()
        owners = {m.declaration.owner for m in self.members.values() if m.host is not None}
        self.mailrooms = {owner: Mailroom() for owner in sorted(owners)}
        self._sequences = {
            o: Sequences(home(o) / "sequences.json" if home else None) for o in owners
        }
        self._outbox = Outbox(border.site, buses, self._sequences.__getitem__, self._elsewhere)
        for member in self.members.values():
            for place, need in enumerate(member.declaration.consumes):
                before = self.graph.predecessors(member.name)
                givers = [self.members[n].declaration for n in before]
                member.providers[place] = tuple(p for p in givers if promises(p, need))

    def open(self) -> None:
        """Connect the buses; one that does not answer is told and tried on."""
        for owner, buses in self._buses.items():
            for place, bus in enumerate(buses):
                heard = self._hearing(owner, outside=place > 0)
                bus.listen(self.border.wanted(owner), heard)
                try:
                    bus.open()
                except UnreachableError as error:
                    self._tell(owner, "bus", Trouble.ABSENT, str(error))

    def close(self) -> None:
        """End every service and let go of the buses."""
        for member in self.members.values():
            if member.host is not None:
                member.host.close()
        for buses in self._buses.values():
            for bus in buses:
                bus.close()
        for sequences in self._sequences.values():
            sequences.close()
        self._flush()
        for refusals in self._refusals.values():
            refusals.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def cycle(self, now_ns: int | None = None) -> int:
        """Run what is due, then what answers, until nothing new is said; how many runs that were.

        `now_ns` sets a clock of simulated time."""
        now = self._now(now_ns)
        runs = 0
        self._some.clear()
        for level in self._levels:
            due = [m for name in level if (m := self.members[name]).due(now)]
            runs += self._run([m for m in due if self._takes_part(m)], now)
        for _ in range(ROUNDS):
            asked = [m for m in self.members.values() if self._has_news(m) and self._takes_part(m)]
            if not asked:
                break
            runs += self._run(asked, now)
        self._flush()
        return runs

    def wait(self, seconds: float) -> None:
        """Until something was heard since the last cycle began, or so long."""
        self._some.wait(seconds)

    def run(self, name: str, now_ns: int | None = None) -> None:
        """Run one service now, whether it is due or not."""
        if self._takes_part(self.members[name]):
            self._run([self.members[name]], self._now(now_ns))

    def troubles(self) -> dict[str, str]:
        """What is wrong at present, by service."""
        return {m.name: m.trouble for m in self.members.values() if m.trouble}

    def mail(self, name: str) -> Mail:
        """What a service here would be given now; what it lacks is told and not counted."""
        member = self.members[name]
        found = self._mail(member, self.clock())
        self._lacking(member, found.lacks, counted=False)
        return found

    def shut_out(self, owners: frozenset[str]) -> None:
        """Exactly these owners take part no more: what they said was never heard, their services
        here end. From any thread, for the next cycle on."""
        new = owners - self.border.revoked
        self.border.shut_out(owners)
        for mailroom in self.mailrooms.values():
            mailroom.forget(new)
        for member in self.members.values():
            if member.declaration.owner in new:
                self._fares(member, [Failed(Trouble.REVOKED)], self.clock())
                if member.host is not None:
                    member.host.close()

    def newest(self, owner: str) -> list[Message]:
        """What an owner has heard last, by topic."""
        return self.mailrooms[owner].all()

    def _elsewhere(self, topic: Topic) -> bool:
        """Whether anybody outside of this process may hear it: what nobody may stays here."""
        own = any(
            m.host is None and m.declaration.owner == topic.owner for m in self.members.values()
        )
        return own or bool(self.border.hearers(topic))

    def _now(self, now_ns: int | None) -> int:
        if now_ns is not None and isinstance(self.clock, SetClock):
            self.clock.now_ns = now_ns
        return self.clock()

    def _hearing(self, owner: str, outside: bool) -> Callable[[Message], None]:
        mailroom = self.mailrooms.get(owner)
        here = {m.sender for m in self.members.values() if m.host is not None}

        def heard(message: Message) -> None:
            sender = (message.topic.owner, message.topic.service)
            # what is said in this process was heard in it already
            if mailroom is not None and not (outside and sender in here):
                mailroom.put(message)
                self._some.set()

        return heard

    def _has_news(self, member: Member) -> bool:
        if member.host is None or member.declaration.period_s > 0:
            return False
        mailroom = self.mailrooms[member.declaration.owner]
        news = mailroom.news(member.declaration, member.news) > member.news
        return news or member.beats(self.clock())

    def _takes_part(self, member: Member) -> bool:
        return member.declaration.owner not in self.border.revoked

    def _mail(self, member: Member, now: int) -> Mail:
        # how a service elsewhere fares is known by what comes of it: a new message ends its trouble
        known = [m for m in self.members.values() if m.host is not None or not self._takes_part(m)]
        troubles = {m.sender: m.trouble for m in known if m.trouble}
        mailroom = self.mailrooms[member.declaration.owner]
        return mailroom.mail(member.declaration, now, member.providers, troubles)

    def _run(self, members: Sequence[Member], now: int) -> int:
        """Side by side; each waits for its own deadline at most."""
        begun: list[tuple[Member, tuple[Lack, ...]]] = []
        for member in members:
            assert member.host is not None
            mailroom = self.mailrooms[member.declaration.owner]
            member.news = mailroom.news(member.declaration, member.news)
            mail = self._mail(member, now)
            if member.declaration.waits:  # who does not looks at what it lacks afterwards (`mail`)
                self._lacking(member, mail.lacks)
            member.begun(now)
            if mail.waits:
                why = "; ".join(f"{k}: {v}" for k, v in mail.inbox.why.items())
                self._fares(member, [Failed(Trouble.WAITING, why)], now)
                continue
            member.host.begin(mail.inbox)
            begun.append((member, mail.lacks))
        for member, _ in begun:
            assert member.host is not None
            ended = member.host.outcome()
            if isinstance(ended, Failed):
                self._fares(member, [ended], now)
            else:
                faults = self._outbox.send(member.declaration, ended.texts, now)
                if len(faults) < len(ended.texts):
                    member.said_ns = now
                self._fares(member, faults, now)
        return len(begun)

    def _fares(self, member: Member, faults: Sequence[Failed], now: int) -> None:
        """Count every fault; tell when something begins, changes or is over."""
        owner, name = member.sender
        for fault in faults:
            self.journal.count(owner, name, fault.what.value)
        trouble = faults[0].what.value if faults else ""
        detail = faults[0].detail if faults else ""
        if trouble == member.trouble:
            return
        since = now if not member.trouble or trouble else member.since_ns
        text = f"{name} of {owner}: {trouble or f'well again after {member.trouble}'}"
        member.trouble, member.since_ns = trouble, now if trouble else 0
        self.journal.tell(ServiceEvent(now, owner, name, trouble or "well", since, text, detail))

    def _lacking(self, member: Member, lacks: Iterable[Lack], *, counted: bool = True) -> None:
        """A service elsewhere fares as it is heard; a fallback is counted with who uses it."""
        owner, name = member.sender
        silent = {(lack.owner, lack.provider): lack.why for lack in lacks}
        for _ in [name for _, name in silent if name and counted]:
            self.journal.count(owner, name, "fallback")
        known = {d.name for providers in member.providers.values() for d in providers}
        for provider in (self.members[n] for n in sorted(known)):
            if provider.host is not None:
                continue
            why = silent.get(provider.sender, "").partition(";")[0]
            words = {t.value: t for t in Trouble}
            faults = [Failed(words.get(why, Trouble.ABSENT))] if why else []
            self._fares(provider, faults, self.clock())

    def _tell(self, owner: str, service: str, what: Trouble, detail: str) -> None:
        now = self.clock()
        self.journal.count(owner, service, what.value)
        text = f"{service} of {owner}: {what.value}"
        self.journal.tell(ServiceEvent(now, owner, service, what.value, now, text, detail))

    def _flush(self) -> None:
        now = self.clock()
        for owner, refusals in self._refusals.items():
            for r in refusals.take():
                who, _, service = r.who.partition("/")
                text = f"refused ({r.reason}): {r.topic}"
                event = ServiceEvent(now, who, service, "refused", now, text, r.detail)
                self.journal.tell(event, to=owner)
            self._kept(refusals.flush, owner)
        self._kept(self.journal.flush, "platform")

    def _kept(self, write: Callable[[], None], owner: str) -> None:
        """A full disk ends no service; it is told, once for as long as it lasts."""
        try:
            write()
        except RunError as error:
            if not self._disk:
                self._tell(owner, "disk", Trouble.REFUSED, str(error))
            self._disk = True
        else:
            self._disk = False
