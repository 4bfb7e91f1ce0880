"""The rules of leases, priority, range and rate for one input at a time, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

from rami.core.timegrid import NS
from rami.integration.limits import Limit
from rami.integration.role import ROLES, Role


@dataclass
class SlowLease:
    role: Role
    places: tuple[int, ...]
    until: dict[int, int]
    wanted: dict[int, float] = field(default_factory=dict)
    given_back: bool = False


class SlowGuard:
    """What must stand in the plant after each step."""

    def __init__(self, limits: tuple[Limit, ...], period_s: float, now: int) -> None:
        self.limits, self.period = limits, period_s
        self.values = [0.0] * len(limits)
        self.leases: list[SlowLease] = []
        self.owned = [False] * len(limits)
        self.stopped = False
        self.control = True
        self.last: int | None = None

    def take(self, role: Role, places: list[int], now: int) -> SlowLease | None:
        for place in places:
            if role not in self.limits[place].roles or self.holder(role, place, now):
                return None
        until = {p: now + round(self.limits[p].lease * NS) for p in places}
        lease = SlowLease(role, tuple(places), until)
        self.leases.append(lease)
        return lease

    def holder(self, role: Role, place: int, now: int) -> SlowLease | None:
        for lease in self.leases:
            mine = lease.role is role and place in lease.places and not lease.given_back
            if mine and lease.until[place] > now:
                return lease
        return None

    def want(self, lease: SlowLease, place: int, value: float, now: int) -> bool:
        fit = not lease.given_back and not self.stopped and self.control and isfinite(value)
        if not fit or place not in lease.places or lease.until[place] <= now:
            return False
        lease.wanted[place] = value
        lease.until[place] = now + round(self.limits[place].lease * NS)
        return True

    def beat(self, lease: SlowLease, now: int) -> bool:
        alive = [p for p in lease.places if lease.until[p] > now and not lease.given_back]
        for place in alive:
            lease.until[place] = now + round(self.limits[place].lease * NS)
        return bool(alive)

    def forget(self) -> None:
        for lease in self.leases:
            lease.wanted.clear()

    def step(self, now: int) -> None:
        seconds = 0.0 if self.last is None else min((now - self.last) / NS, self.period)
        self.last = now
        if self.control:
            for place, limit in enumerate(self.limits):
                self._step(place, limit, now, seconds)

    def _step(self, place: int, limit: Limit, now: int, seconds: float) -> None:
        winner = next((h for r in ROLES if (h := self.holder(r, place, now))), None)
        base, safe = self.values[place], False
        if self.stopped:
            goal, safe = limit.safe, True
        elif winner is not None and place in winner.wanted:
            goal = winner.wanted[place]
        elif winner is None and self.owned[place] and limit.on_loss == "safe":
            goal, safe = limit.safe, True
        else:
            return
        ranged = min(max(goal, limit.low), limit.high)
        if not safe and abs(ranged - base) <= limit.deadband:
            return
        reach = limit.rate * seconds if isfinite(limit.rate) else float("inf")
        new = min(max(ranged, base - reach), base + reach)
        new = min(max(new, limit.low), limit.high)
        if new != base:
            self.values[place], self.owned[place] = new, True
