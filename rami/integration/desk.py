"""The guard's desk: who may ask, for what, and what is taken of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from rami.asset.live import Mask, Vector
from rami.core.points import PointIndex
from rami.integration import requests
from rami.integration.columns import Columns
from rami.integration.leases import Lease, Leases
from rami.integration.ledger import Ledger
from rami.integration.refusal import Reason, Refusal
from rami.integration.role import Role


@dataclass(frozen=True)
class Desk:
    """Takes leases and requests into the table; every refusal goes to the ledger.

    `closed` says why nothing is taken at present, if so; `request_ns` is how old a request may be.
    """

    inputs: PointIndex
    columns: Columns
    leases: Leases
    ledger: Ledger
    request_ns: int
    closed: Callable[[], Refusal | None]

    def take(
        self, now: int, role: Role | str, holder: object, names: Iterable[str] | None
    ) -> Lease | Refusal:
        """A lease, whole or not at all."""
        known = requests.holder(holder)
        try:
            role = Role(role)
        except ValueError:
            why = Refusal(Reason.FORBIDDEN, f"no role {str(role)[:40]!r}")
            return self.ledger.refuse(now, str(role), "", None, why)
        if isinstance(known, Refusal):
            return self.ledger.refuse(now, role.value, "", None, known)
        who = f"{role.value}:{known}"
        chosen = self._chosen(names, role)
        if not isinstance(chosen, Refusal):
            places = np.array(chosen, np.intp)
            taken = self.leases.others(role, places, now)
            if not taken:
                what = f"{len(places)} inputs"
                self.ledger.repeat(
                    (who, tuple(chosen)), now, who, self.ledger.twin, None, what, "taken"
                )
                return self.leases.give(role, known, places, now)
            place, lease = taken[0]
            chosen = Refusal(Reason.HELD, f"{self.inputs.names[place]} by {lease.who}")
        return self.ledger.refuse(now, who, "", None, chosen)

    def want(self, now: int, lease: object, values: object, chosen: object, at_ns: object) -> Mask:
        """Many values; where they were accepted."""
        size = len(self.inputs)
        none = np.zeros(size, np.bool_)
        why = self._unfit(now, lease, at_ns)
        wanted = why or requests.vector(values, size)
        if not isinstance(lease, Lease) or isinstance(wanted, Refusal):
            refusal = wanted if isinstance(wanted, Refusal) else Refusal(Reason.LEASE)
            self._refuse(now, lease, "", None, refusal)
            return none
        where = self._of(lease) if chosen is None else requests.mask(chosen, size)
        if isinstance(where, Refusal):
            self._refuse(now, lease, "", None, where)
            return none
        held = self.leases.valid(lease, now)
        accepted = np.asarray(where & held & np.isfinite(wanted))
        if np.count_nonzero(accepted) != np.count_nonzero(where):
            self._refuse_each(now, lease, wanted, where & ~accepted, held)
        self._accept(now, lease, wanted, accepted)
        return accepted

    def go_on(self, now: int, lease: object, values: object, chosen: object) -> bool:
        """Values all of which are accepted; else nothing."""
        size = len(self.inputs)
        wanted, where = requests.vector(values, size), requests.mask(chosen, size)
        if isinstance(wanted, Refusal) or isinstance(where, Refusal):
            return False
        if not isinstance(lease, Lease) or self._unfit(now, lease, None) is not None:
            return False
        held = self.leases.valid(lease, now)
        if (where & ~(held & np.isfinite(wanted))).any():
            return False
        np.copyto(self.leases.wanted[lease.role.rank], wanted, where=where)
        self.leases.renew(lease, held, now)
        return True

    def want_named(
        self, now: int, lease: object, name: object, value: object, unit: object, at_ns: object
    ) -> Refusal | None:
        """One value by name; the refusal, if any."""
        why = self._unfit(now, lease, at_ns)
        known = name if isinstance(name, str) and name in self.inputs else ""
        if why is None and not known:
            why = Refusal(Reason.UNKNOWN, repr(name)[:80])
        wanted: float | Refusal = why or Refusal(Reason.LEASE)
        if why is None:
            wanted = requests.number(value, unit, self.inputs.points[self.inputs[known]])
        if isinstance(wanted, Refusal) or not isinstance(lease, Lease):
            refusal = wanted if isinstance(wanted, Refusal) else Refusal(Reason.LEASE)
            return self._refuse(now, lease, known, _shown(value), refusal)
        where = np.zeros(len(self.inputs), np.bool_)
        where[self.inputs[known]] = True
        held = self.leases.valid(lease, now)
        values = np.where(where, wanted, 0.0)
        if not (where & held).any():
            return self._refuse_each(now, lease, values, where, held)
        self._accept(now, lease, values, where)
        return None

    def clamps(self, name: str, value: object, unit: object) -> bool:
        """Whether a value would be limited to the range of its input."""
        place = self.inputs[name]
        wanted = requests.number(value, unit, self.inputs.points[place])
        if isinstance(wanted, Refusal):
            return False
        return not self.columns.low[place] <= wanted <= self.columns.high[place]

    def beat(self, now: int, lease: object) -> bool:
        """A sign of life for what the lease still holds; whether that is anything."""
        if not isinstance(lease, Lease) or not self.leases.known(lease):
            return False
        held = self.leases.valid(lease, now)
        self.leases.renew(lease, held, now)
        return bool(held.any())

    def give_back(self, now: int, lease: object) -> None:
        """End a lease."""
        if isinstance(lease, Lease) and self.leases.known(lease):
            self.leases.drop(lease)
            key = (lease.who, lease.places)
            self.ledger.repeat(key, now, lease.who, self.ledger.twin, None, "", "given back")

    def _accept(self, now: int, lease: Lease, wanted: Vector, accepted: Mask) -> None:
        np.copyto(self.leases.wanted[lease.role.rank], wanted, where=accepted)
        self.leases.renew(lease, accepted, now)

    def _unfit(self, now: int, lease: object, at_ns: object) -> Refusal | None:
        """Why a request is refused as a whole."""
        if not self.leases.known(lease):
            return Refusal(Reason.LEASE, "not given here, or given back")
        closed = self.closed()
        if closed or at_ns is None:
            return closed
        return requests.aged(at_ns, now, self.request_ns)

    def _of(self, lease: Lease) -> Mask:
        where = np.zeros(len(self.inputs), np.bool_)
        where[list(lease.places)] = True
        return where

    def _refuse(
        self, now: int, lease: object, name: str, wanted: float | None, why: Refusal
    ) -> Refusal:
        who = lease.who if isinstance(lease, Lease) else "unknown"
        return self.ledger.refuse(now, who, name, wanted, why)

    def _refuse_each(
        self, now: int, lease: Lease, wanted: Vector, refused: Mask, held: Mask
    ) -> Refusal:
        why = Refusal(Reason.LEASE)
        for place in np.flatnonzero(refused).tolist():
            value = float(wanted[place])
            if not self.columns.allowed[lease.role.rank, place]:
                why = Refusal(Reason.FORBIDDEN, f"{lease.role.value} may not write it")
            elif not held[place]:
                mine = place in lease.places
                why = Refusal(Reason.LEASE, "it ran out" if mine else "not among its inputs")
            else:
                why = Refusal(Reason.NOT_FINITE, str(value))
            self.ledger.refuse(now, lease.who, self.inputs.names[place], value, why)
        return why

    def _chosen(self, names: Iterable[str] | None, role: Role) -> list[int] | Refusal:
        """Places of the inputs that a role asks for."""
        may = self.columns.allowed[role.rank]
        if names is None:
            places: list[int] = np.flatnonzero(may).tolist()
            return places or Refusal(Reason.FORBIDDEN, "the role may write no input")
        listed: list[Any] = [names] if isinstance(names, str) else list(names)
        for name in listed:
            if not isinstance(name, str) or name not in self.inputs:
                return Refusal(Reason.UNKNOWN, repr(name)[:80])
            if not may[self.inputs[name]]:
                return Refusal(Reason.FORBIDDEN, f"may not write {name}")
        found = sorted({self.inputs[name] for name in listed})
        return found or Refusal(Reason.UNKNOWN, "no inputs named")


def _shown(value: object) -> float | None:
    """A refused value as far as the audit can show it."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
