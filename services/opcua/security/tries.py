"""How often somebody may fail to log in."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

#: addresses remembered; an attacker with more of them forgets his first ones
_REMEMBERED = 10_000


class Budget:
    """Each address has `burst` tries, and gets `per_second` of them back."""

    def __init__(
        self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = per_second, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """Take one; whether there was one."""
        left = self._now(address)
        taken = left >= 1.0
        self._left[address] = (left - 1.0 if taken else left, self._clock())
        self._left.move_to_end(address)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return taken

    def give(self, address: str) -> None:
        """One back: it did not fail."""
        self._left[address] = (min(self._burst, self._now(address) + 1.0), self._clock())

    def _now(self, address: str) -> float:
        left, at = self._left.get(address, (self._burst, self._clock()))
        return min(self._burst, left + (self._clock() - at) * self._rate)
