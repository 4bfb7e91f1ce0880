"""A bus within one process: each party has an end of its own, borders hold between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import RLock

from rami.communication.service.border import Border
from rami.communication.service.bus import Heard
from rami.communication.service.gate import Gate
from rami.communication.service.message import Message, Topic
from rami.communication.service.rate import Rate
from rami.communication.service.refusals import Refusal, Refusals
from rami.communication.service.seen import Seen
from rami.core.errors import RunError

#: messages of one topic at once and per second, in one process that answers in many rounds
_BURST, _PER_S = 5_000, 1_000.0


class Exchange:
    """Joins the ends of all parties of a site. `refusals_of(party)` are a party's own."""

    def __init__(
        self,
        border: Border,
        clock: Callable[[], int],
        refusals_of: Callable[[str], Refusals] | None = None,
    ) -> None:
        self.border, self.clock = border, clock
        self._refusals_of = refusals_of or (lambda party: Refusals(clock))
        self._ends: dict[str, LocalBus] = {}
        #: newest message of each topic, as a broker keeps it
        self._kept: dict[str, Message] = {}
        self._turn = RLock()

    def party(self, name: str, seen: Path | None = None) -> LocalBus:
        """The end of one party; always the same one."""
        with self._turn:
            if name not in self._ends:
                rate = Rate(_BURST, _PER_S)
                refusals = self._refusals_of(name)
                gate = Gate(name, self.border, self.clock, refusals, Seen(seen), rate=rate)
                self._ends[name] = LocalBus(self, name, gate)
            return self._ends[name]

    def pass_on(self, message: Message) -> None:
        """To every end that may hear it."""
        with self._turn:
            self._kept[str(message.topic)] = message
            for end in list(self._ends.values()):
                end.told(message)

    def kept(self) -> list[Message]:
        """The newest message of each topic, by topic."""
        with self._turn:
            return [message for _, message in sorted(self._kept.items())]


class LocalBus:
    """One party's end; implements `Bus`. What a listener raises is not caught here."""

    def __init__(self, exchange: Exchange, party: str, gate: Gate) -> None:
        self.party, self.gate = party, gate
        self._exchange = exchange
        self._listeners: list[tuple[tuple[Topic, ...], Heard]] = []

    def open(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Hear nothing more; what was heard stays heard after a restart too."""
        self._listeners.clear()
        self.gate.seen.flush()

    def send(self, message: Message) -> None:
        """To all that may hear it, before this returns. As in Bus."""
        why = self._exchange.border.says(self.party, message)
        if why:
            who = f"{self.party} as {message.topic.owner}/{message.topic.service}"
            self.gate.refusals.add(Refusal(why, who, str(message.topic)))
            raise RunError(f"{self.party} may not send {message.topic}: {why}")
        # through its text: the size is known, and nobody shares what another can still change
        self._exchange.pass_on(Message.decode(message.encode()))

    def listen(self, patterns: Iterable[Topic], heard: Heard) -> None:
        """As in Bus; the newest message of each topic is told at once."""
        wanted = tuple(patterns)
        before = [p for patterns, _ in self._listeners for p in patterns]
        self._listeners.append((wanted, heard))
        for message in self._exchange.kept():
            if any(map(message.topic.meets, wanted)) and not any(map(message.topic.meets, before)):
                self.told(message)

    def told(self, message: Message) -> None:
        """A message that somebody sent."""
        meant = [h for patterns, h in self._listeners if any(map(message.topic.meets, patterns))]
        if meant and self.gate.passed(message, message.topic) is not None:
            for heard in meant:
                heard(message)

    def refused(self) -> dict[str, int]:
        """As in Bus."""
        return self.gate.refusals.counts()
