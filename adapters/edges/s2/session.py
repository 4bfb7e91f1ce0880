"""The dialogue with one resource manager over one connection, from handshake to instructions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from s2python.common import (
    ControlType,
    EnergyManagementRole,
    Handshake,
    HandshakeResponse,
    InstructionStatusUpdate,
    PowerForecast,
    PowerMeasurement,
    ReceptionStatus,
    ReceptionStatusValues,
    ResourceManagerDetails,
    RevokeObject,
    SelectControlType,
    SessionRequest,
    SessionRequestType,
)
from s2python.message import S2Message
from s2python.version import S2_VERSION

from adapters.edges.s2 import wire
from adapters.edges.s2.told import OF_TYPE, Told
from rami.communication.service.rate import Rate

log = logging.getLogger(__name__)

#: control types that are used, the most telling first
PREFERRED = (
    ControlType.FILL_RATE_BASED_CONTROL,
    ControlType.POWER_ENVELOPE_BASED_CONTROL,
    ControlType.OPERATION_MODE_BASED_CONTROL,
)
_ALWAYS = (
    ResourceManagerDetails,
    PowerForecast,
    PowerMeasurement,
    InstructionStatusUpdate,
    RevokeObject,
)
_OK = ReceptionStatusValues.OK
_CONTENT = ReceptionStatusValues.INVALID_CONTENT
#: faults of a connection after which it is closed
FAULTS = 20
#: instructions of which the status is kept
ORDERED = 1000
Send = Callable[[str], Awaitable[None]]


class Over(Exception):
    """The connection is to be closed, and why."""


class Session:
    """`taken(resource_id)` says whether another resource manager has that id already.

    `told` holds what is known; it changes in the event loop only.
    """

    def __init__(
        self, send: Send, clock: Callable[[], int], answer_s: float,
        expected: str, taken: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self.told = Told()
        self._send, self._clock, self._answer_s = send, clock, answer_s
        self._expected, self._taken = expected, taken
        self._asked: dict[UUID, asyncio.Future[ReceptionStatus]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._greeted = False
        self._faults = 0
        self._rate = Rate(burst=1000, per_s=50.0)

    @property
    def ready(self) -> bool:
        """Whether the resource manager has said who it is."""
        return self.told.details is not None

    async def hear(self, text: str | bytes) -> None:
        """One message that came: exactly one status goes back, unless it is one. Raises Over."""
        if not self._rate.allows("messages"):
            raise Over("more messages than anybody needs")
        got = wire.read(text)
        if isinstance(got, wire.Fault):
            await self._status(got.subject, got.status, got.label)
            return
        if isinstance(got, ReceptionStatus):
            waiting = self._asked.pop(got.subject_message_id, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(got)
            return
        why = self._take(got)
        await self._status(got.message_id, _CONTENT if why else _OK, why)
        if not why:
            await self._follow(got)
        elif isinstance(got, Handshake) and not self._greeted:
            await self.tell(_ended(why))
            raise Over(why)
        elif isinstance(got, ResourceManagerDetails) and not self.ready:
            raise Over(why)

    async def tell(self, message: S2Message) -> None:
        """Send without waiting for a status."""
        await self._send(message.to_json())

    async def ask(self, message: Any) -> str:
        """Send, and what its reception status says; empty where that is OK."""
        future: asyncio.Future[ReceptionStatus] = asyncio.get_running_loop().create_future()
        self._asked[message.message_id] = future
        try:
            await self.tell(message)
            got = await asyncio.wait_for(future, self._answer_s)
        except TimeoutError:
            return f"no status within {self._answer_s:g} s"
        except Over as over:
            return str(over)
        finally:
            self._asked.pop(message.message_id, None)
        label = f": {got.diagnostic_label[:200]}" if got.diagnostic_label else ""
        return "" if got.status is _OK else f"{got.status.value}{label}"

    async def order(self, instructions: Mapping[UUID, Any]) -> dict[UUID, str]:
        """Send instructions until one is not received; for each that was sent, by its id, why it
        was not received, empty where it was."""
        found = {}
        for key, instruction in instructions.items():
            self.told.ordered[key] = "NEW"
            while len(self.told.ordered) > ORDERED:
                del self.told.ordered[next(iter(self.told.ordered))]
            found[key] = await self.ask(instruction)
            if found[key]:
                del self.told.ordered[key]
                break
        return found

    def close(self) -> None:
        """End what still waits."""
        for task in self._tasks:
            task.cancel()
        for future in self._asked.values():
            if not future.done():
                future.set_exception(Over("the connection was lost"))
                future.exception()  # nobody has to have waited for it

    def _take(self, got: S2Message) -> str:
        """Why a message may not be said now, or does not hold; it is kept where it does."""
        if isinstance(got, Handshake):
            return self._handshake_fault(got)
        if not self._greeted:
            return "a handshake comes first"
        if isinstance(got, SessionRequest):
            return ""
        if isinstance(got, ResourceManagerDetails):
            return self._details_fault(got)
        if not self.ready:
            return "ResourceManagerDetails come first"
        kinds = (*_ALWAYS, *OF_TYPE.get(self.told.control, ()))
        if not isinstance(got, kinds):
            return f"not said by a resource manager under {self.told.control.value}"
        return self.told.take(got, self._clock())

    def _handshake_fault(self, got: Handshake) -> str:
        if self._greeted:
            return "there was a handshake already"
        if got.role is not EnergyManagementRole.RM:
            return "this is the energy manager; resource managers connect here"
        if S2_VERSION not in (got.supported_protocol_versions or ()):
            return f"version {S2_VERSION} is spoken here"
        return ""

    def _details_fault(self, got: ResourceManagerDetails) -> str:
        name = str(got.resource_id)
        if self._expected and name != self._expected:
            return "its token is that of another resource"
        return "another resource manager has that id" if self._taken(name) else ""

    async def _follow(self, got: S2Message) -> None:
        """What a message that was received leads to."""
        if isinstance(got, Handshake):
            self._greeted = True
            self._begin(self._greet())
        elif isinstance(got, ResourceManagerDetails):
            first = self.told.details is None
            self.told.details = got
            offered = got.available_control_types
            chosen = next((c for c in PREFERRED if c in offered), ControlType.NO_SELECTION)
            if chosen is not self.told.control or (first and chosen in PREFERRED):
                self.told.control = chosen
                self._begin(self._select(chosen))
        elif isinstance(got, SessionRequest):
            again = got.request is SessionRequestType.RECONNECT
            raise Over("it will connect again" if again else "it ends the session")

    async def _greet(self) -> None:
        role, versions = EnergyManagementRole.CEM, [S2_VERSION]
        await self.ask(
            Handshake(message_id=uuid4(), role=role, supported_protocol_versions=versions)
        )
        await self.ask(HandshakeResponse(message_id=uuid4(), selected_protocol_version=S2_VERSION))

    async def _select(self, chosen: ControlType) -> None:
        why = await self.ask(SelectControlType(message_id=uuid4(), control_type=chosen))
        if why:
            log.warning("S2: control type %s was not taken: %s", chosen.value, why)
            self.told.control = ControlType.NO_SELECTION

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _status(self, subject: UUID, value: ReceptionStatusValues, label: str) -> None:
        await self.tell(wire.status(subject, value, label))
        if value is not _OK:
            self._faults += 1
            if self._faults > FAULTS:
                raise Over(f"more than {FAULTS} messages were wrong")


def _ended(why: str) -> SessionRequest:
    return SessionRequest(
        message_id=uuid4(), request=SessionRequestType.TERMINATE, diagnostic_label=why
    )
