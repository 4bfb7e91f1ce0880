"""A platform that goes with the time of those it hears: beside a run in simulated time."""

from __future__ import annotations

from threading import Event

from services.platform.clock import SetClock
from services.platform.loop.awaited import Awaited
from services.platform.runner import Platform

_LOOK_S = 0.005


class Follower:
    """Runs a cycle for every instant at which somebody elsewhere has spoken, once all that is
    due from there has come. The platform's clock is `clock`, which its gates set."""

    def __init__(self, platform: Platform, clock: SetClock) -> None:
        self.platform, self._clock = platform, clock
        self._awaited = Awaited(platform)
        self._over_ns = clock.now_ns
        self.cycles = 0

    def go(self, stopped: Event, cycles: int = 0) -> None:
        """Until it is stopped, or after so many cycles."""
        while not stopped.is_set() and (not cycles or self.cycles < cycles):
            now = self._clock.now_ns
            if now <= self._over_ns:
                stopped.wait(_LOOK_S)
                continue
            self._awaited.settle(now)
            self.platform.cycle(now)
            self._over_ns = now
            self.cycles += 1
