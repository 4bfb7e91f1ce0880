"""A plain function as a service: it is given an inbox and returns what it has to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rami.communication.service.contract import Inbox, ServiceDeclaration
from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import Payload
from rami.core.timegrid import NS


@dataclass(frozen=True)
class Said:
    """A payload with what its message needs; whoever runs the service puts in the rest."""

    payload: Payload
    valid_s: float = 86400.0
    subject: str = "all"
    correlation: str = ""
    reason: str = ""


Answering = Callable[[Inbox], "Iterable[Said | Payload | Message] | Said | Payload | None"]


@dataclass(frozen=True)
class FunctionService:
    """What `function_service` makes."""

    declaration: ServiceDeclaration
    function: Answering
    site: str

    def run(self, inbox: Inbox) -> Sequence[Message]:
        """What the function says, as messages; TypeError for anything else."""
        said = self.function(inbox)
        if said is None:
            return []
        return [
            self._message(one, inbox.now_ns)
            for one in ([said] if isinstance(said, Said | Payload) else said)
        ]

    def _message(self, said: Said | Payload | Message, now_ns: int) -> Message:
        if isinstance(said, Message):
            return said
        if isinstance(said, Payload):
            said = Said(said)
        if not isinstance(said, Said):
            raise TypeError(f"wanted messages, got {type(said).__name__}")
        own = self.declaration
        topic = Topic(self.site, own.owner, own.name, said.payload.kind, said.subject)
        until_ns = now_ns + round(said.valid_s * NS)
        return Message(topic, said.payload, 1, now_ns, until_ns, said.correlation, said.reason)


def function_service(
    declaration: ServiceDeclaration, function: Answering, site: str = "site"
) -> FunctionService:
    """A service from a function of its inbox.

    The function returns a payload, a `Said` (payload with validity, subject, correlation), a
    sequence of these, or None for nothing. It runs in a process of its own, so it stands at the
    top of a module.

    Example:
        def usual(inbox: Inbox) -> Forecast: ...
        service = function_service(ServiceDeclaration("load", "dhs", provides=...), usual)
    """
    return FunctionService(declaration, function, site)
