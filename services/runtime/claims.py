"""What a twin's controllers do at its guards: leases, wants, modes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Vector
from rami.core.errors import RunError
from rami.integration.guard import Guard
from rami.integration.guard_step import Stepped
from rami.integration.leases import Lease
from rami.integration.mode import Mode
from rami.integration.role import Role

Mask = NDArray[np.bool_]
_HOLDER = "controller"


class Claims:
    """One lease for each guard and role, taken when first needed and anew after it ran out."""

    def __init__(self, guards: Mapping[str, Guard]) -> None:
        self._guards = dict(guards)
        self._leases: dict[tuple[str, Role], tuple[Lease, Mask]] = {}

    def ask(self, side: str, role: Role, wanted: Vector, chosen: Mask | None = None) -> None:
        """Want values in the order of the guard's inputs, as far as the role may; nothing while
        the twin is stopped."""
        guard, held = self._guards[side], self._leases.get((side, role))
        if held is not None:
            mask = held[1] if chosen is None else held[1] & chosen
            if guard.go_on(held[0], wanted, mask):
                return
        if guard.stopped:
            return
        if held is None or not guard.beat(held[0]):
            self.drop(side, role)
            lease = guard.take(role, _HOLDER)
            if not isinstance(lease, Lease):
                return
            held = self._leases[side, role] = lease, self._of(guard, lease)
        lease, mine = held
        finite = np.isfinite(wanted)
        if finite.all():
            guard.want(lease, wanted, mine if chosen is None else mine & chosen)
        else:
            mask = mine & finite if chosen is None else mine & chosen & finite
            guard.want(lease, np.where(finite, wanted, 0.0), mask)

    def beat(self, side: str, role: Role) -> None:
        """A sign of life."""
        held = self._leases.get((side, role))
        if held is not None:
            self._guards[side].beat(held[0])

    def drop(self, side: str, role: Role) -> None:
        """Give one lease back, if it was taken."""
        held = self._leases.pop((side, role), None)
        if held is not None:
            self._guards[side].give_back(held[0])

    def drop_all(self) -> None:
        """Give all leases back."""
        for side, role in tuple(self._leases):
            self.drop(side, role)

    def plain(self) -> list[list[str | int]]:
        """Side, role, number of each lease."""
        return [[s, r.value, lease.number] for (s, r), (lease, _) in self._leases.items()]

    def restore(self, plain: list[list[str | int]]) -> None:
        """Find the leases again in guards that were restored."""
        self._leases.clear()
        for side, role, number in plain:
            guard = self._guards.get(str(side))
            for lease in guard.leases() if guard is not None else ():
                if guard is not None and lease.number == number:
                    self._leases[str(side), Role(str(role))] = lease, self._of(guard, lease)

    @staticmethod
    def _of(guard: Guard, lease: Lease) -> Mask:
        mine = np.zeros(len(guard.inputs), np.bool_)
        mine[list(lease.places)] = True
        return mine


def by_others(stepped: Stepped) -> Mask:
    """Inputs that people or safety hold."""
    return np.asarray((stepped.holders >= 0) & (stepped.holders < Role.TECHNICAL.rank))


def enter(guard: Guard, mode: Mode, who: str, why: str) -> None:
    """Set a guard's mode and record it at once, as far as that can be done."""
    guard.set_mode(mode, who, why)
    guard.close()


def enter_armed(guard: Guard, mode: Mode, who: str, why: str) -> None:
    """As `enter`; RunError and the former mode where it would write and cannot record."""
    former = guard.mode
    enter(guard, mode, who, why)
    if mode.writes and guard.trouble:
        guard.set_mode(former, who, "it could not be recorded")
        raise RunError(f"the audit cannot be written: {guard.trouble}")
