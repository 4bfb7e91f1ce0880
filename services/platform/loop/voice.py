"""The run among the services: what the loop has put down is said when its period comes round."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from rami.communication.service.contract import Inbox, ServiceDeclaration
from rami.communication.service.function import Said, function_service
from services.platform.hosts.outcome import Failed, Ran, texts_of


class Voice:
    """One owner's; implements `Host`. The loop puts, the platform's thread says."""

    def __init__(self, declaration: ServiceDeclaration, site: str) -> None:
        self.declaration = declaration
        self._service = function_service(declaration, lambda inbox: self._taken(), site)
        self._turn = Lock()
        self._waiting: list[Said] = []
        self._texts: tuple[bytes, ...] = ()

    def put(self, said: Sequence[Said]) -> None:
        """Said with the next run; what was not said yet of a subject is replaced."""
        new = {(one.payload.kind, one.subject) for one in said}
        with self._turn:
            kept = [o for o in self._waiting if (o.payload.kind, o.subject) not in new]
            self._waiting = [*kept, *said]

    @property
    def waiting(self) -> bool:
        """Whether something waits to be said."""
        return bool(self._waiting)

    def begin(self, inbox: Inbox) -> None:
        """As in Host."""
        self._texts = tuple(texts_of(self._service, inbox))

    def outcome(self) -> Ran | Failed:
        """As in Host; never waits."""
        return Ran(self._texts)

    def close(self) -> None:
        """As in Host."""

    def _taken(self) -> list[Said]:
        with self._turn:
            said, self._waiting = self._waiting, []
        return said
