"""Inputs that somebody outside the loop holds for a time: a lease each, kept alive until then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rami.core.wording import did_you_mean
from rami.integration.guard import Guard
from rami.integration.leases import Lease
from rami.integration.role import Role
from services.runtime.twin_modes import TwinModes

#: told when one has ended: the point, its holder, and why
Ended = Callable[[str, str, str], None]


@dataclass
class Held:
    """One input of a guard."""

    guard: Guard
    lease: Lease
    until_ns: int
    value: Any = None
    unit: Any = None


class HeldInputs:
    """By site path (`hts.hp.u`), in one role, through whichever guard the twin has now."""

    def __init__(
        self, role: Role, modes: Mapping[str, TwinModes], clock: Callable[[], int], ended: Ended
    ) -> None:
        self._role, self._modes, self._clock, self._ended = role, modes, clock, ended
        self._held: dict[str, Held] = {}

    def __contains__(self, point: object) -> bool:
        return point in self._held

    def holders(self) -> dict[str, str]:
        """Who holds what."""
        return {point: one.lease.holder for point, one in self._held.items()}

    def set(self, point: str, holder: str, value: Any, unit: Any, until_ns: int) -> str:
        """Why it is refused; empty where it holds until then."""
        twin, _, name = point.partition(".")
        guard = self._modes[twin].switch.guard
        held = self._held.get(point)
        if held is not None and held.guard is not guard:
            self.end(point, "the backend has changed")
            held = None
        if held is None:
            taken = guard.take(self._role, holder, [name])
            if not isinstance(taken, Lease):
                known = name in guard.inputs
                return str(taken) if known else _no_input(twin, name, guard.inputs.names)
            held = Held(guard, taken, 0)
        elif held.lease.holder != holder:
            return f"{point} is held by {held.lease.who}"
        refusal = guard.want_named(held.lease, name, value, unit)
        if refusal is not None:
            if point not in self._held:
                guard.give_back(held.lease)
            return str(refusal)
        held.value, held.unit, held.until_ns = value, unit, until_ns
        self._held[point] = held
        return ""

    def clamped(self, point: str) -> bool:
        """Whether what is held at a point lies beyond its range."""
        held = self._held[point]
        return held.guard.clamps(point.partition(".")[2], held.value, held.unit)

    def keep(self) -> None:
        """Signs of life until their time is over; to be given in every control step."""
        now = self._clock()
        for point, held in list(self._held.items()):
            if now >= held.until_ns:
                self.end(point, "its time is over")
            elif self._modes[point.partition(".")[0]].switch.guard is not held.guard:
                self.end(point, "the backend has changed")
            elif not held.guard.beat(held.lease) and not self._again(point, held):
                self.end(point, "its lease has run out")

    def end(self, point: str, why: str) -> None:
        """Give it back."""
        held = self._held.pop(point)
        held.guard.give_back(held.lease)
        self._ended(point, held.lease.holder, why)

    def _again(self, point: str, held: Held) -> bool:
        """Take a lease that ran out between two steps that are far apart."""
        name = point.partition(".")[2]
        taken = held.guard.take(self._role, held.lease.holder, [name])
        if not isinstance(taken, Lease):
            return False
        held.lease = taken
        return held.guard.want_named(taken, name, held.value, held.unit) is None


def _no_input(twin: str, name: str, inputs: Sequence[str]) -> str:
    """That a point cannot be commanded, and what of its component can."""
    component = name.partition(".")[0]
    near = [one for one in inputs if one.partition(".")[0] == component] or inputs
    known = [f"{twin}.{one}" for one in near]
    return f"{twin}.{name} is told, not commanded; {did_you_mean(f'{twin}.{name}', known)}"
