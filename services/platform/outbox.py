"""What a service wants to say, checked against what it declared, numbered and sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from rami.communication.service.bus import Bus
from rami.communication.service.contract import ServiceDeclaration
from rami.communication.service.message import Message, Topic
from rami.core.errors import DataError, RunError
from services.platform.hosts.outcome import Failed, Trouble
from services.platform.sequences import Sequences


class Outbox:
    """`buses` and `sequences` by owner. An owner's first bus, that within the process, is given
    every message; the others only what is `wanted` elsewhere."""

    def __init__(
        self,
        site: str,
        buses: Mapping[str, tuple[Bus, ...]],
        sequences: Callable[[str], Sequences],
        wanted: Callable[[Topic], bool] = lambda _: True,
    ) -> None:
        self._site, self._buses, self._sequences = site, buses, sequences
        self._wanted = wanted

    def send(
        self, declaration: ServiceDeclaration, texts: tuple[bytes, ...], now_ns: int
    ) -> list[Failed]:
        """All that may be sent is; what may not is told, each message by itself."""
        faults = []
        for text in texts:
            try:
                message = Message.decode(text)
            except DataError as error:
                faults.append(Failed(Trouble.MALFORMED, str(error.problems[0])[:300]))
                continue
            fault = self._fault(declaration, message, now_ns)
            if fault is not None:
                faults.append(fault)
                continue
            try:
                sequence = self._sequences(declaration.owner).next(declaration.name)
            except RunError as error:
                faults.append(Failed(Trouble.REFUSED, str(error)[:300]))
                continue
            stamped = replace(message, sequence=sequence, sent_ns=now_ns)
            buses = self._buses.get(declaration.owner, ())
            for bus in buses if self._wanted(stamped.topic) else buses[:1]:
                try:
                    bus.send(stamped)
                except RunError as error:
                    faults.append(Failed(Trouble.REFUSED, str(error)[:300]))
        return faults

    def _fault(
        self, declaration: ServiceDeclaration, message: Message, now_ns: int
    ) -> Failed | None:
        topic = message.topic
        if (topic.site, topic.owner, topic.service) != (
            self._site,
            declaration.owner,
            declaration.name,
        ):
            return Failed(Trouble.IDENTITY, f"it said {topic}")
        declared = any(
            o.kind == topic.kind == message.payload.kind and o.subject in ("*", topic.subject)
            for o in declaration.provides
        )
        if not declared:
            return Failed(Trouble.NOT_DECLARED, f"it said {topic}")
        if message.valid_until_ns <= now_ns:
            return Failed(Trouble.STALE, f"{topic} was over when it was said")
        return None
