"""A run with its services: what it tells them, what it takes from them, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rami.communication.live_site import ServiceView
from rami.communication.service.function import Said
from rami.communication.service.message import Message
from rami.communication.service.payload import ScheduleMessage, SetPointAnswer, SetPointRequest
from rami.core.errors import RamiError
from rami.core.event import EventKind, Severity
from services.platform.loop.attached import Attached
from services.platform.loop.heard import Heard
from services.platform.loop.saved import restored, saved
from services.platform.mailroom import INSTEAD
from services.runtime.beside import Happened
from services.runtime.outsiders import Outsiders
from services.runtime.telling import Telling

if TYPE_CHECKING:
    from services.platform.loop.told_series import Wanted
    from services.study.season_run import SeasonRun

#: takes a schedule that is offered; why it cannot be, empty where it waits for an operator
Offer = Callable[[Message], str]


class LoopServices:
    """`step` belongs before every exchange step. `twins` are those of each voice's owner.

    `outsiders` are set-points from outside, `offer` schedules from outside, of live runs only.
    """

    def __init__(
        self,
        attached: Attached,
        tellings: Mapping[str, Telling],
        twins: Mapping[str, Sequence[str]],
        wanted: Wanted,
        run: SeasonRun,
        happened: Happened,
        outsiders: Outsiders | None = None,
        offer: Offer | None = None,
    ) -> None:
        self.attached, self._tellings, self._twins = attached, dict(tellings), dict(twins)
        self._wanted, self._run, self._happened = wanted, run, happened
        self._outsiders, self._offer = outsiders, offer
        self._seen: Heard | None = None
        self._answered: dict[str, tuple[int, int]] = {}
        self._without: dict[tuple[str, str], str] = {}
        self._revoked: frozenset[str] = frozenset()
        self._ended = ""

    def step(self) -> None:
        """Tell, let the services run, take what they say."""
        for telling in self._tellings.values():
            telling.look()
        run, grid = self._run, self._run.data.grid
        at = run.interval * grid.step_ns + run.sample * round(run.loop.steps.exchange_s * 1e9)
        self.attached.step(grid.start_ns + at, self._say)
        revoked = self.attached.platform.border.revoked
        if revoked != self._revoked:
            self._revoked = revoked
            if self._outsiders is not None:
                self._outsiders.shut_out(revoked)
        if self.attached.heard is not self._seen:
            self._seen = self.attached.heard
            self._lacking(self._seen)
            self._take(self._seen)
        if self.attached.trouble != self._ended:
            self._ended = self.attached.trouble
            self._happened(
                EventKind.SERVICE, "", Severity.ALARM, f"no service runs: {self._ended}",
                condition="services", active=True,
            )  # fmt: skip

    def keep(self) -> None:
        """In every control step."""
        if self._outsiders is not None:
            self._outsiders.keep()

    def view(self) -> dict[str, ServiceView]:
        """Each service: how it fares, when it spoke last, what stands in for it."""
        platform, heard = self.attached.platform, self.attached.heard
        last: dict[tuple[str, str], int] = {}
        for mailroom in platform.mailrooms.values():
            for message in mailroom.all():
                sender = (message.topic.owner, message.topic.service)
                last[sender] = max(last.get(sender, 0), message.sent_ns)
        instead: dict[tuple[str, str], dict[str, None]] = {}
        for lack in heard.lacks:
            if self._uses(lack.need.kind, lack.provider):
                words = f"{lack.need.kind}: {INSTEAD[lack.need.fallback]}"
                instead.setdefault((lack.owner, lack.provider), {})[words] = None
        return {
            name: ServiceView(
                member.declaration.owner,
                member.trouble or ("well" if member.sender in last or member.runs else "not heard"),
                member.since_ns,
                max(last.get(member.sender, 0), member.said_ns),
                "; ".join(instead.get(member.sender, ())),
            )
            for name, member in platform.members.items()
        }

    def counts(self) -> dict[str, int]:
        """Faults by `service_<name>_<what>`, in words without spaces."""
        found = self.attached.platform.journal.counts
        return {
            f"service_{service}_{what.replace(' ', '_')}": n
            for (_, service, what), n in sorted(found.items())
        }

    def save(self) -> bytes:
        """What was heard, and when each service runs next."""
        return saved(self.attached.platform)

    def restore(self, state: bytes) -> None:
        """Go back. Raises DataError."""
        restored(self.attached.platform, state)

    def wrong(self, message: Message, why: str) -> None:
        """A message that reads well and makes no sense; once for each."""
        mark = (message.sequence, message.sent_ns)
        key = f"{message.topic} {why}"
        if self._answered.get(key) != mark:
            self._answered[key] = mark
            topic = message.topic
            self.attached.platform.journal.count(topic.owner, topic.service, "wrong")
            self._tell(message, f"{topic.kind} of {topic.owner}/{topic.service} not used: {why}")

    def _say(self, name: str) -> list[Said]:
        return self._tellings[name].said() if name in self._tellings else []

    def _uses(self, kind: str, provider: str) -> bool:
        return kind != "forecast" or self._wanted.forecasts_of(provider)

    def _lacking(self, heard: Heard) -> None:
        """Tell of what stands in for whom, when that begins and when it is over."""
        now = {
            (lack.owner, lack.provider): f"{lack.need.kind} of {lack.owner}/{lack.provider}: "
            f"{lack.why.partition(';')[0]}; {INSTEAD[lack.need.fallback]} in its place"
            for lack in heard.lacks
            if self._uses(lack.need.kind, lack.provider)
        }
        for key in {**self._without, **now}:
            owner, provider = key
            text = now.get(key, f"{owner}/{provider} is used again")
            if self._without.get(key) == now.get(key):
                continue
            self._happened(
                EventKind.FALLBACK, "", Severity.WARNING if key in now else Severity.NOTE, text,
                condition=f"without {provider}", active=key in now, owner=owner, service=provider,
            )  # fmt: skip
        self._without = now

    def _take(self, heard: Heard) -> None:
        for name, mail in heard.mails.items():
            for message in mail.inbox.of(SetPointRequest.kind):
                self._set_points(name, message)
            for message in mail.inbox.of(ScheduleMessage.kind):
                self._offered(name, message)

    def _known(self, message: Message) -> bool:
        """Whether it was dealt with already."""
        mark = (message.sequence, message.sent_ns)
        if self._answered.get(str(message.topic)) == mark:
            return True
        self._answered[str(message.topic)] = mark
        return False

    def _set_points(self, name: str, message: Message) -> None:
        if self._known(message):
            return
        assert isinstance(message.payload, SetPointRequest)
        mine = self._twins.get(name, ())
        foreign = {
            point: "is none of this owner's twins"
            for point in message.payload.values
            if point.partition(".")[0] not in mine
        }
        if self._outsiders is None:
            refused = dict.fromkeys(message.payload.values, "no set-points are taken in `rami run`")
        else:
            refused = self._outsiders.ask(message, foreign)
        answer = SetPointAnswer(refused={p: w[:500] for p, w in refused.items()})
        subject, correlation = message.topic.service, message.correlation
        self.attached.voices[name].put([Said(answer, 3600.0, subject, correlation)])

    def _offered(self, name: str, message: Message) -> None:
        if self._known(message):
            return
        assert isinstance(message.payload, ScheduleMessage)
        mine = self._twins.get(name, ())
        others = [c for c in message.payload.series if c.partition(".")[0] not in mine]
        why = f"{others[0]} is none of this owner's twins" if others else ""
        if not why:
            try:
                why = self._offer(message) if self._offer else "no schedule is taken here"
            except RamiError as error:
                why = str(error)
        if why:
            topic = message.topic
            self._tell(message, f"schedule of {topic.owner}/{topic.service} refused: {why}")

    def _tell(self, message: Message, text: str) -> None:
        self._happened(
            EventKind.SERVICE, "", Severity.WARNING, text, owner=message.topic.owner,
            service=message.topic.service,
        )  # fmt: skip
