"""What all parties have in common: they are called, asked, asked firmly, and offered money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from rami.communication.service.contract import Inbox, ServiceDeclaration
from rami.communication.service.message import Message
from rami.communication.service.payload import (
    FlexibilityAnswer,
    FlexibilityOffer,
    FlexibilityRequest,
    NegotiationCall,
    NegotiationReady,
    Payload,
    Settlement,
    SettlementAnswer,
)
from rami.core.timegrid import instant
from services.negotiation.mail import Sender, answered, doubtful
from services.negotiation.seats.declared import TERMS, needs, offers
from services.negotiation.world import Day

#: EUR by which a settlement may miss an account: what is beyond a hundredth of a cent is meant
_ROUND_OFF = 1e-4


class Say(NamedTuple):
    """A payload with its topic's subject, and why it is said."""

    payload: Payload
    subject: str = "all"
    reason: str = ""


class Seat:
    """A party's service around its `actor`, whose data stay here.

    Messages are answered in the order in which they were sent, each once. A firm request is met by
    the state in which just that was answered, or by that without a deal; any other is refused. A
    settlement is accepted where it leaves none of the own names worse off, and made where it pays
    what was accepted; after it nothing is asked of that day.
    """

    role: ClassVar[str]

    def __init__(self, sender: Sender, actor: Any, days: Mapping[int, Day]) -> None:
        hears, says = TERMS[self.role]
        name = sender.service
        self.sender, self.actor, self.days = sender, actor, days
        self.declaration = ServiceDeclaration(
            name, sender.owner, tuple(needs(name, *hears)), tuple(offers(*says)), 0.0
        )
        self._heard: dict[tuple[str, str], int] = {}
        self._given: list[tuple[Mapping[str, Sequence[float]], object]] = []
        self._first: FlexibilityOffer | None = None
        self._with: dict[str, float] = {}
        self._accepted: Mapping[str, float] | None = None
        self._made = False

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """Answers to what is new."""
        said = []
        for message in self._new(inbox):
            for one in self._reply(message, inbox):
                said.append(
                    self.sender.say(
                        one.payload, inbox.now_ns, one.subject, message.correlation, one.reason
                    )
                )
        return said

    # what each party does in its own way

    def called(self, call: NegotiationCall, inbox: Inbox) -> Iterable[Say]:
        """What a phase other than `offer` asks for; nothing where the day is not known."""
        raise NotImplementedError

    def offer(self) -> FlexibilityOffer:
        """What it brings."""
        raise NotImplementedError

    def hold(self) -> object:
        """The state behind the last answer."""
        raise NotImplementedError

    def restore(self, state: object) -> None:
        """Be in that state again."""
        raise NotImplementedError

    def drop(self) -> None:
        """Be as without a deal."""
        raise NotImplementedError

    def account(self) -> dict[str, float]:
        """EUR of each name as things stand."""
        raise NotImplementedError

    def checked(self, request: FlexibilityRequest) -> tuple[list[Say], dict[str, list[float]], str]:
        """Of a firm request: what else is to be said, further columns, and why it cannot be."""
        return [], {}, ""

    # what all do alike

    def _new(self, inbox: Inbox) -> list[Message]:
        name, found = self.sender.service, []
        for message in inbox.messages.values():
            sender = (message.topic.owner, message.topic.service)
            payload = message.payload
            if message.topic.subject != name or message.sequence <= self._heard.get(sender, 0):
                continue
            if isinstance(payload, NegotiationCall | FlexibilityRequest | Settlement):
                found.append(message)
        found.sort(key=lambda m: m.sequence)
        for message in found:
            self._heard[message.topic.owner, message.topic.service] = message.sequence
        return [m for m in found if _in_time(m.payload, inbox.now_ns)]

    def _reply(self, message: Message, inbox: Inbox) -> Iterable[Say]:
        payload = message.payload
        if isinstance(payload, NegotiationCall):
            if payload.phase == "join":
                return [Say(NegotiationReady(phase="join"))]
            if payload.phase == "offer":
                self._given, self._with, self._accepted, self._made = [], {}, None, False
                self._first = self.offer()
                return [Say(self._first)]
            if payload.phase == "live" and self._accepted is None:
                self.drop()
            said = list(self.called(payload, inbox))
            why = "" if said else "nothing is known of this day"
            ready = NegotiationReady(phase=payload.phase, done=bool(said), because=why)
            return [*said, Say(ready)]
        if isinstance(payload, FlexibilityRequest):
            return self._asked(payload, message, inbox)
        if isinstance(payload, Settlement):
            return self._settled(payload)
        return []

    def _asked(self, request: FlexibilityRequest, message: Message, inbox: Inbox) -> Iterable[Say]:
        if self._first is None or request.grid != self._first.grid:
            return [Say(answered(request, {}, {}, "nothing was offered for this day"))]
        why = (
            "the deal of this day is made" if self._made else doubtful(request, self._first.series)
        )
        if why:
            return [Say(answered(request, dict(self._first.series), {}, why))]
        # what was accepted was for what was answered before
        self._accepted = None
        if request.firm:
            return self._firm(request)
        (said,) = self.actor.run(Inbox(inbox.now_ns, {str(message.topic): message}))
        assert isinstance(said.payload, FlexibilityAnswer)
        self._given.append((said.payload.series, self.hold()))
        return [Say(said.payload)]

    def _firm(self, request: FlexibilityRequest) -> Iterable[Say]:
        assert self._first is not None
        own = {n: c for n, c in request.change.items() if n in self._first.series}
        for series, state in reversed(self._given):
            if all(series.get(n) == c for n, c in own.items()):
                self.restore(state)
                break
        else:
            if own != self._first.series and self.role != "production":
                why = "this was neither answered in a round nor offered without a deal"
                return [Say(answered(request, dict(self._first.series), {}, why))]
            self.drop()
        more, columns, why = self.checked(request)
        if why:
            return [Say(answered(request, dict(self._first.series), {}, why))]
        self._with = self.account()
        series = {n: list(c) for n, c in request.change.items()} | columns
        return [*more, Say(answered(request, series, self._with))]

    def _settled(self, settlement: Settlement) -> Iterable[Say]:
        if settlement.state == "made" and settlement.paid == self._accepted:
            self._made = True
            return []
        if settlement.state != "proposed":
            self._accepted, self._made = None, False
            self.drop()
            return []
        why = "the deal of this day is made" if self._made else self._worse(settlement.paid)
        if not self._made:
            self._accepted = None if why else settlement.paid
        return [Say(SettlementAnswer(accepted=not why, because=why))]

    def _worse(self, paid: Mapping[str, float]) -> str:
        if self._first is None or not self._with:
            return "nothing was firmly agreed"
        without = self._first.cost_eur
        if paid.keys() != without.keys():
            return "it names others than the offer did"
        worse = {n: self._with[n] - without[n] - paid[n] for n in without}
        most = max(worse, key=lambda n: worse[n])
        if worse[most] > _ROUND_OFF:
            return f"{most} would be worse off by {worse[most]:.2f} EUR"
        return ""


def _in_time(payload: Payload, now_ns: int) -> bool:
    """What comes after its deadline is no longer waited for; an end holds whenever it comes."""
    if isinstance(payload, Settlement) and payload.state != "proposed":
        return True
    deadline = getattr(payload, "deadline", None)
    return deadline is not None and instant(deadline) >= now_ns
