"""The one that asks, as a service: what it asks goes out, answers come in with its inbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rami.asset.district.declaration import Bargain
from rami.communication.service.contract import Inbox, ServiceDeclaration
from rami.communication.service.message import Message
from rami.communication.service.payload import KeyFigures, Payload
from rami.core.timegrid import NS, TimeGrid, moment
from services.negotiation.asking import Answers, Asked, Asking, Bounds, complete
from services.negotiation.conducting import Conducting, Told, figures
from services.negotiation.dealing import Dealing, Member
from services.negotiation.mail import Sender
from services.negotiation.seats.declared import ASKS, BEAT_S, HEARS


class ConductorSeat:
    """Asks over whatever bus its platform has: a round goes on when all have answered, or when
    the time for an answer is over. `members` are all who take part."""

    def __init__(
        self, sender: Sender, members: Sequence[Member], network: str, production: str,
        settings: Bargain, grids: Sequence[TimeGrid], step: int,
        told: Callable[[Told], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self.sender, self._now_ns, self._report = sender, 0, told
        self.declaration = ServiceDeclaration(
            sender.service, sender.owner, HEARS, ASKS, 0.0, beat_s=BEAT_S
        )
        bounds = Bounds(settings, lambda: self._now_ns / NS, lambda: self._now_ns)
        dealing = Dealing(members, network, production, bounds)
        self._bounds, self._owners = bounds, {m.service: m.owner for m in members}
        self._conducting = Conducting(dealing, grids, step, self._over)
        self._asking: Asking[None] | None = None
        self._asked: Sequence[Asked] = ()
        self._until_ns = 0
        self._said: list[Message] = []
        self.done = False

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """What is asked next, once what was asked is answered or its time is over."""
        self._now_ns, self._said = inbox.now_ns, []
        if self._asking is None and not self.done:
            self._asking = self._conducting.live(str(inbox.now_ns))
            self._step(None)
        while self._asking is not None:
            answers = self._answers(inbox)
            if answers is None:
                break
            self._step(answers)
        return self._said

    def _step(self, answers: Answers | None) -> None:
        assert self._asking is not None
        try:
            asked = next(self._asking) if answers is None else self._asking.send(answers)
        except StopIteration:
            self._asking, self.done = None, True
            return
        self._asked, self._until_ns = asked, self._bounds.deadline_ns()
        for one in asked:
            self._say(one.payload, one.to, one.correlation)

    def _answers(self, inbox: Inbox) -> Answers | None:
        """All that was answered; None while somebody is still waited for."""
        found: dict[str, Sequence[Message] | str] = {}
        for one in self._asked:
            sender = (self._owners[one.to], one.to)
            mine = [
                m for m in inbox.messages.values()
                if (m.topic.owner, m.topic.service) == sender
            ]  # fmt: skip
            said = complete(sorted(mine, key=lambda m: m.sequence), one)
            found[one.to] = said or "says nothing"
            if not said and one.wanted and one.waits and inbox.now_ns < self._until_ns:
                return None
        return found

    def _over(self, told: Told) -> None:
        grid = told.grid
        payload = KeyFigures(
            start=moment(grid.start_ns), end=moment(grid.end_ns), figures=dict(figures(told))
        )
        self._say(payload, "deal", str(grid.start_ns), told.because)
        self._report(told)

    def _say(self, payload: Payload, subject: str, correlation: str, reason: str = "") -> None:
        said = self.sender.say(payload, self._now_ns, subject, correlation, reason)
        self._said.append(said)
