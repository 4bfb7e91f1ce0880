"""What every message from outside passes before anybody hears it; nothing is believed.

In this order, so that the dear steps come last: size, topic, right to hear it, rate, signature,
schema, zone, time window, sequence.
"""

from __future__ import annotations

from collections.abc import Callable

from rami.communication.service.border import Border
from rami.communication.service.message import LIMIT, Message, OtherVersion, Topic
from rami.communication.service.rate import Rate
from rami.communication.service.refusals import Refusal, Refusals
from rami.communication.service.seen import Seen
from rami.communication.service.signature import Directory, Signature, is_signed
from rami.core.errors import DataError
from rami.core.timegrid import NS

#: a sender's clock may be this much ahead
AHEAD_NS = 60 * NS
#: longest time for which a message may hold
LONGEST_NS = 15 * 86400 * NS


class Gate:
    """The gate of one listening party. Calls may come from any thread.

    `follows` is told when a message was sent that passes all but the time: for a clock that goes
    with its senders.
    """

    def __init__(
        self,
        party: str,
        border: Border,
        clock: Callable[[], int],
        refusals: Refusals,
        seen: Seen | None = None,
        directory: Directory | None = None,
        rate: Rate | None = None,
        follows: Callable[[int], None] | None = None,
    ) -> None:
        self.party, self._border, self._clock = party, border, clock
        self.refusals, self.seen = refusals, seen or Seen()
        self._directory, self._rate, self._follows = directory, rate or Rate(), follows

    def admit(self, topic: str, text: bytes, signature: Signature | None = None) -> Message | None:
        """The message, where all is right with it; else None, and the refusal is counted.

        Without a directory nothing is signed: the bus itself knows who speaks.
        """
        named = _topic(topic)
        if named is None:
            return self._refuse("topic", "?", topic[:120])
        if len(text) > LIMIT:
            return self._refuse("size", named, topic, f"{len(text)} bytes")
        if not self._border.rights(self.party).may_hear(named):
            return self._refuse("zone", named, topic)
        if not self._rate.allows(topic):
            return self._refuse("flood", named, topic)
        if self._directory is not None:
            if self._directory.revoked(named.owner):
                return self._refuse("revoked", named, topic)
            if not is_signed(self._directory, named.owner, topic, text, signature):
                return self._refuse("identity", named, topic)
        try:
            message = Message.decode(text)
        except DataError as error:
            reason = "version" if isinstance(error, OtherVersion) else "malformed"
            return self._refuse(reason, named, topic, str(error.problems[0])[:200])
        return self.passed(message, named)

    def passed(self, message: Message, named: Topic) -> Message | None:
        """What is left to be asked of a message that reads well and came as `named`."""
        topic = str(named)
        if message.topic != named:
            return self._refuse("identity", named, topic, f"says it is {message.topic}"[:200])
        if message.payload.kind != named.kind:
            return self._refuse("malformed", named, topic, f"holds {message.payload.kind}")
        why = self._border.hears(self.party, message)
        if why:
            return self._refuse(why, named, topic)
        if self._follows is not None:
            self._follows(message.sent_ns)
        now = self._clock()
        if message.sent_ns > now + AHEAD_NS or message.valid_until_ns - now > LONGEST_NS:
            return self._refuse("time", named, topic, "from the future")
        if message.valid_until_ns <= now or message.valid_until_ns <= message.sent_ns:
            return self._refuse("stale", named, topic)
        why = self.seen.fault(message)
        if why:
            return self._refuse(why, named, topic, f"sequence {message.sequence}")
        return message

    def _refuse(
        self, reason: str, named: Topic | str, topic: str, detail: str = ""
    ) -> Message | None:
        who = named if isinstance(named, str) else f"{named.owner}/{named.service}"
        self.refusals.add(Refusal(reason, who, topic, self.party, detail))
        return None


def _topic(text: str) -> Topic | None:
    try:
        topic = Topic.read(text)
    except DataError:
        return None
    return topic if topic.plain else None
