"""Leases: which role holds which input, until when, and what it wants there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rami.asset.live import Mask, Vector
from rami.integration.columns import Times
from rami.integration.role import ROLES, Role

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Lease:
    """The right of one holder to set some inputs while it gives signs of life."""

    number: int
    role: Role
    holder: str
    places: tuple[int, ...]

    @property
    def who(self) -> str:
        """`technical:pid`, as the audit names it."""
        return f"{self.role.value}:{self.holder}"


class Leases:
    """The table of leases, roles by inputs; a lease that ran out is not revived.

    `until` is the last instant (UTC ns) at which a lease does not hold any more, `number` whose
    lease it is, `wanted` the value asked for (NaN: none yet).
    """

    def __init__(self, lease_ns: Times) -> None:
        shape = (len(ROLES), len(lease_ns))
        self._lease_ns = lease_ns
        self.until = np.zeros(shape, np.int64)
        self.number = np.zeros(shape, np.int64)
        self.wanted = np.full(shape, np.nan)
        self._known: dict[int, Lease] = {}
        self._names: dict[int, str] = {}
        self._given = 0
        self._columns = np.arange(len(lease_ns))

    def known(self, lease: object) -> bool:
        """Whether the lease was given here and not given back."""
        if not isinstance(lease, Lease):
            return False
        known = self._known.get(lease.number)
        return known is lease or known == lease

    def others(self, role: Role, places: Places, now: int) -> list[tuple[int, Lease]]:
        """Inputs among `places` that the role holds already, with the lease."""
        held = self.until[role.rank, places] > now
        numbers = self.number[role.rank, places]
        return [
            (int(place), self._known[int(number)])
            for place, number in zip(places[held], numbers[held], strict=True)
        ]

    def give(self, role: Role, holder: str, places: Places, now: int) -> Lease:
        """A new lease over inputs that nobody holds in this role."""
        self._given += 1
        lease = Lease(self._given, role, holder, tuple(int(p) for p in places))
        rank = role.rank
        self.until[rank, places] = now + self._lease_ns[places]
        self.number[rank, places] = lease.number
        self.wanted[rank, places] = np.nan
        self._known[lease.number] = lease
        self._forget(now)
        self._names = {n: one.who for n, one in self._known.items()}
        return lease

    def valid(self, lease: Lease, now: int) -> Mask:
        """Where the lease holds now, shape (inputs,)."""
        rank = lease.role.rank
        return np.asarray((self.number[rank] == lease.number) & (self.until[rank] > now))

    def renew(self, lease: Lease, where: Mask, now: int) -> None:
        """A sign of life for the inputs of a valid lease."""
        np.copyto(self.until[lease.role.rank], now + self._lease_ns, where=where)

    def drop(self, lease: Lease) -> None:
        """Give the lease back."""
        mine = self.number[lease.role.rank] == lease.number
        self.until[lease.role.rank, mine] = 0
        self.number[lease.role.rank, mine] = 0
        self.wanted[lease.role.rank, mine] = np.nan
        self._known.pop(lease.number, None)

    def winners(self, now: int, blocked: Mask | None, first: int) -> tuple[Mask, Places, Vector]:
        """Where somebody holds the input, the rank of who wins, and what he wants (or NaN).

        In `blocked` inputs the ranks from `first` on do not count.
        """
        valid = self.until > now
        if blocked is not None:
            valid[first:, blocked] = False
        rank = valid.argmax(axis=0)
        held = valid[rank, self._columns]
        return held, rank, self.wanted[rank, self._columns]

    def who(self, rank: int, place: int) -> str:
        """Holder of an input in a rank, as the audit names it."""
        return self._names.get(self.number.item(rank, place)) or ROLES[rank].value

    def forget_wanted(self) -> None:
        """Nothing is asked for any more; the leases stay."""
        self.wanted.fill(np.nan)

    def _forget(self, now: int) -> None:
        """Leases that ran out everywhere are dropped, so that the table stays small."""
        live = set(self.number[self.until > now].tolist())
        current = set(self.number.ravel().tolist()) if len(self._known) <= 1000 else live
        self._known = {n: one for n, one in self._known.items() if n in current}

    def state(self) -> dict[str, Any]:
        """All of it in plain terms."""
        return {
            "given": self._given,
            "until": self.until.tolist(),
            "number": self.number.tolist(),
            "wanted": [[None if v != v else v for v in row] for row in self.wanted.tolist()],
            "known": [[o.number, o.role.value, o.holder, o.places] for o in self._known.values()],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state of the same inputs."""
        self._given = int(state["given"])
        self.until[:] = state["until"]
        self.number[:] = state["number"]
        self.wanted[:] = np.array(state["wanted"], np.float64)
        known = [Lease(n, Role(r), h, tuple(p)) for n, r, h, p in state["known"]]
        self._known = {one.number: one for one in known}
        self._names = {one.number: one.who for one in known}

    def all(self) -> Sequence[Lease]:
        """The leases given and not given back, the oldest first."""
        return tuple(self._known.values())
