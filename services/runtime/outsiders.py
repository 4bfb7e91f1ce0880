"""Set-points that services of others ask for: in their name, behind the guard, with a lease."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from rami.communication.service.message import Message
from rami.communication.service.payload import SetPointRequest
from rami.core.event import EventKind, Severity
from rami.core.timegrid import iso
from rami.integration.role import Role
from services.runtime.beside import Happened
from services.runtime.held_inputs import HeldInputs
from services.runtime.twin_modes import TwinModes


class Outsiders:
    """A service holds what its newest request names, until that message is over."""

    def __init__(
        self,
        modes: Mapping[str, TwinModes],
        clock: Callable[[], int],
        happened: Happened,
    ) -> None:
        self._modes, self._happened = modes, happened
        self._held = HeldInputs(Role.EXTERNAL, modes, clock, self._ended)

    def ask(self, message: Message, closed: Mapping[str, str]) -> dict[str, str]:
        """What became of it, by point: empty where it was taken; `closed` says why some are not."""
        assert isinstance(message.payload, SetPointRequest)
        who, values = _who(message), message.payload.values
        for point, holder in self._held.holders().items():
            if holder == who and point not in values:
                self._held.end(point, "asked for no more")
        refused = {
            point: closed.get(point) or self._one(point, who, value, unit, message.valid_until_ns)
            for point, (value, unit) in values.items()
        }
        self._tell(message, refused)
        return refused

    def keep(self) -> None:
        """In every control step."""
        self._held.keep()

    def shut_out(self, owners: Collection[str]) -> None:
        """Leases of these owners' services end at once."""
        for point, holder in self._held.holders().items():
            if holder.partition("/")[0] in owners:
                self._held.end(point, "revoked")

    def _one(self, point: str, who: str, value: float, unit: str, until_ns: int) -> str:
        twin = point.partition(".")[0]
        if twin not in self._modes:
            return f"no twin {twin!r}"
        return self._held.set(point, who, value, unit or None, until_ns)

    def _tell(self, message: Message, refused: Mapping[str, str]) -> None:
        owner, service = message.topic.owner, message.topic.service
        for point, why in refused.items():
            source = point if point.partition(".")[0] in self._modes else ""
            if why:
                text = f"set-point of {point} by {_who(message)} refused: {why}"
                self._happened(EventKind.GUARD, source, Severity.WARNING, text, owner=owner,
                               service=service)  # fmt: skip
            else:
                until = iso(message.valid_until_ns)
                self._happened(
                    EventKind.GUARD, source, Severity.NOTE,
                    f"set-point by {_who(message)} until {until}",
                    condition="external", active=True, owner=owner, service=service,
                )  # fmt: skip

    def _ended(self, point: str, holder: str, why: str) -> None:
        self._happened(
            EventKind.GUARD, point, Severity.NOTE, f"set-point of {holder} ended: {why}",
            condition="external", active=False,
        )  # fmt: skip


def _who(message: Message) -> str:
    return f"{message.topic.owner}/{message.topic.service}"
