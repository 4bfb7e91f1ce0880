"""Instructions that end by themselves: what is handed over holds for a lease, and then the device
goes back to what it did. Whoever lives hands over the next lease before that.

S2 has no end of an instruction, so the way back is an instruction too, sent with the others; what
was sent before is revoked after that, never before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from s2python.common import CommodityQuantity, RevokableObjects, RevokeObject
from s2python.frbc import FRBCInstruction
from s2python.ombc import OMBCInstruction
from s2python.pebc import (
    PEBCInstruction,
    PEBCPowerConstraints,
    PEBCPowerEnvelope,
    PEBCPowerEnvelopeElement,
)

from adapters.edges.s2.describe import DEVICE, Device
from adapters.edges.s2.told import Told
from rami.core.frame import Values
from rami.core.timegrid import NS, TimeGrid, moment
from rami.functional.flexibility.bargain import Reply
from rami.functional.flexibility.store_plan import Piece

#: most instructions of one lease, most elements of an envelope
MOST = 200
Move = tuple[int, str, float]


@dataclass
class Standing:
    """What a resource is to do until `until_ns`: moves as (UTC ns, mode, factor), or limits by
    step. `back` is where it goes when nobody renews; `pending` are those sent, by when they run.
    """

    until_ns: int
    actuator: UUID = DEVICE
    moves: tuple[Move, ...] = ()
    back: tuple[str, float] = ("", 0.0)
    limits: tuple[TimeGrid, Values, Values] | None = None
    pending: dict[UUID, int] = field(default_factory=dict)
    back_ns: int = 0

    def messages(self, now_ns: int, lease_ns: int, told: Told, quantity: str) -> dict[UUID, Any]:
        """Instructions for a lease from now on, by id."""
        end = min(self.until_ns, now_ns + lease_ns)
        if self.limits is not None:
            made = _envelope(*self.limits, now_ns, end, told, quantity)
            return {} if made is None else {made.id: made}
        before = [m for m in self.moves if m[0] <= now_ns]
        listed = [(now_ns, *before[-1][1:])] if before else []
        listed += [m for m in self.moves if now_ns < m[0] < end]
        if now_ns < self.back_ns < end:  # one that keeps what was revoked goes on after it
            running = [m for m in listed if m[0] <= self.back_ns]
            if running:
                listed.append((self.back_ns + 1_000_000, *running[-1][1:]))
        listed = [*sorted(listed)[: MOST - 1], (end, *self.back)]
        self.back_ns = end
        # the way back goes first: whatever becomes of the others, it stands
        listed = [listed[-1], *listed[:-1]]
        made = [self._instruction(*m) for m in listed]
        self.pending |= {m.id: at for m, (at, _, _) in zip(made, listed, strict=True)}
        return {m.id: m for m in made}

    def revokes(self, now_ns: int, kept: dict[UUID, Any]) -> list[RevokeObject]:
        """For what was sent before and has not begun; it is forgotten."""
        old = [i for i, at in self.pending.items() if i not in kept and at > now_ns]
        self.pending = {i: at for i, at in self.pending.items() if i in kept}
        kind = RevokableObjects.FRBC_Instruction
        if self.actuator == DEVICE:
            kind = RevokableObjects.OMBC_Instruction
        return [RevokeObject(message_id=uuid4(), object_type=kind, object_id=i) for i in old]

    def _instruction(self, at_ns: int, mode: str, factor: float) -> Any:
        common = {
            "message_id": uuid4(),
            "id": uuid4(),
            "execution_time": moment(at_ns),
            "operation_mode_factor": min(max(factor, 0.0), 1.0),
            "abnormal_condition": False,
        }
        if self.actuator == DEVICE:
            return OMBCInstruction(operation_mode_id=UUID(mode), **common)
        return FRBCInstruction(actuator_id=self.actuator, operation_mode=UUID(mode), **common)


def of_device(reply: Reply, found: Device, grid: TimeGrid, back: tuple[str, float]) -> Standing:
    """Of an answer in modes."""
    return Standing(grid.end_ns, found.actuator, _moves(reply.pieces, grid), back)


def of_limits(reply: Reply, own: Values, grid: TimeGrid) -> Standing:
    """Of an answer within limits: from below where more is wanted, from above where less is."""
    return Standing(grid.end_ns, limits=(grid, reply.power, own))


def _moves(steps: tuple[tuple[Piece, ...], ...], grid: TimeGrid) -> tuple[Move, ...]:
    moves: list[Move] = []
    for k, pieces in enumerate(steps):
        at = grid.start_ns + k * grid.step_ns
        for mode, factor, share in pieces:
            if not moves or moves[-1][1:] != (mode, factor):
                moves.append((at, mode, factor))
            at += round(share * grid.step_ns)
    return tuple(moves)


def _envelope(
    grid: TimeGrid, power: Values, own: Values, now_ns: int, end_ns: int, told: Told, quantity: str
) -> PEBCInstruction | None:
    constraints = told.last(PEBCPowerConstraints)
    if constraints is None:
        return None
    lowest, highest = (
        _widest(constraints, quantity, "LOWER"),
        _widest(constraints, quantity, "UPPER"),
    )
    elements: list[PEBCPowerEnvelopeElement] = []
    for k in range(grid.count):
        start = max(grid.start_ns + k * grid.step_ns, now_ns)
        length = min(grid.start_ns + (k + 1) * grid.step_ns, end_ns) - start
        if length < NS or len(elements) == MOST:
            continue
        watts, without = float(power[k]) * 1000, float(own[k]) * 1000
        upper = min(max(watts, highest[0]), highest[1]) if watts < without else highest[1]
        lower = min(max(watts, lowest[0]), lowest[1]) if watts > without else lowest[0]
        elements.append(
            PEBCPowerEnvelopeElement(
                duration=length // 1_000_000, upper_limit=upper, lower_limit=min(lower, upper)
            )
        )
    if not elements:
        return None
    limits = PEBCPowerEnvelope(
        id=str(uuid4()),
        commodity_quantity=CommodityQuantity(quantity),
        power_envelope_elements=elements,
    )
    return PEBCInstruction(
        message_id=uuid4(), id=uuid4(), execution_time=moment(max(now_ns, grid.start_ns)),
        abnormal_condition=False, power_constraints_id=constraints.id, power_envelopes=[limits],
    )  # fmt: skip


def _widest(constraints: Any, quantity: str, which: str) -> tuple[float, float]:
    ranges = [
        r.range_boundary
        for r in constraints.allowed_limit_ranges
        if r.commodity_quantity.value == quantity
        and r.limit_type.value.startswith(which)
        and not r.abnormal_condition_only
    ]
    return min(r.start_of_range for r in ranges), max(r.end_of_range for r in ranges)
