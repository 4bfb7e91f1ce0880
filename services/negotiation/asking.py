"""How a negotiation asks: what it wants said, by whom, in answer to what.

A negotiation is a generator: it yields what it asks and is sent what was answered. So the same
one runs against services in this process (`drive`) and against those of other companies, whose
answers come when they come.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from rami.asset.district.declaration import Bargain
from rami.communication.service.contract import Inbox, Service
from rami.communication.service.message import Message
from rami.communication.service.payload import Payload
from rami.core.errors import RamiError
from rami.core.timegrid import NS
from services.negotiation.mail import Sender


@dataclass(frozen=True)
class Asked:
    """`to` is the name of a service; its answer ends with a message of the kind `wanted` (empty:
    none is) that carries the same correlation. Without `waits` it counts only if it is there when
    the others' answers are."""

    to: str
    payload: Payload
    wanted: str
    correlation: str
    waits: bool = True


#: by service: what it said, or why it said nothing
Answers = Mapping[str, Sequence[Message] | str]
T = TypeVar("T")
Asking = Generator[Sequence[Asked], Answers, T]


@dataclass
class Bounds:
    """What holds of a negotiation at any time: its bounds, its clock (s), and now (UTC ns).

    `mute` are services that said nothing when asked last: they are asked on, not waited for.
    """

    settings: Bargain
    clock: Callable[[], float]
    now_ns: Callable[[], int]
    begun: float = 0.0
    gathering: bool = False
    mute: set[str] = field(default_factory=set)

    def ask(self, asked: Mapping[str, Payload], wanted: str, mark: str) -> Asking[Answers]:
        """These of these services; an answer for each."""
        found = yield [Asked(s, p, wanted, mark, s not in self.mute) for s, p in asked.items()]
        answers = {s: found.get(s, "says nothing") for s in asked}
        self.mute -= asked.keys()
        self.mute |= {s for s, said in answers.items() if isinstance(said, str)}
        return answers

    def begin(self) -> None:
        """From now on the deadline runs."""
        self.begun = self.clock()

    def over(self) -> bool:
        """Whether the rounds' deadline has passed."""
        return self.clock() - self.begun > self.settings.deadline

    def deadline_ns(self) -> int:
        """Until when an answer to what is asked now counts (UTC ns)."""
        patience = self.settings.gather if self.gathering else self.settings.answer
        return self.now_ns() + round(patience * NS)


class Ask(Protocol):
    """Asks all of these at once."""

    def __call__(self, asked: Sequence[Asked]) -> Answers:
        """What each answered, by the deadline of what it was asked at the latest."""


class InProcess:
    """Asks services that are here; implements `Ask`."""

    def __init__(
        self, sender: Sender, services: Mapping[str, Service], now_ns: Callable[[], int]
    ) -> None:
        self._sender, self._services, self._now_ns = sender, services, now_ns

    def __call__(self, asked: Sequence[Asked]) -> Answers:
        """As in Ask; what a service raises is its answer."""
        return {one.to: self._one(one) for one in asked}

    def _one(self, one: Asked) -> Sequence[Message] | str:
        message = self._sender.say(one.payload, self._now_ns(), one.to, one.correlation)
        inbox = Inbox(message.sent_ns, {str(message.topic): message})
        try:
            said = self._services[one.to].run(inbox)
        except (RamiError, ValueError, ArithmeticError) as error:
            return f"failed: {error}"
        return complete(said, one) or "says nothing"


def complete(said: Sequence[Message], one: Asked) -> Sequence[Message]:
    """Of what was said that which answers this, up to the kind that was wanted; empty where
    that is not there yet."""
    found = [m for m in said if m.correlation == one.correlation]
    ends = [i for i, m in enumerate(found) if m.payload.kind == one.wanted]
    return found[: ends[-1] + 1] if ends else []


def drive(asking: Asking[T], ask: Ask) -> T:
    """Ask until there is a result."""
    try:
        asked = next(asking)
        while True:
            asked = asking.send(ask(asked))
    except StopIteration as ended:
        return ended.value  # type: ignore[no-any-return]
