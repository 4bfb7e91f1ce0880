"""How often one topic may be heard: a bucket of tokens that fills with time."""

from __future__ import annotations

from threading import Lock
from time import monotonic

#: topics that are watched one by one
_TOPICS = 20_000


class Rate:
    """`burst` at once, then `per_s` in a second of this machine's time, for each topic."""

    def __init__(self, burst: int = 200, per_s: float = 20.0) -> None:
        self._burst, self._per_s = float(burst), per_s
        self._left: dict[str, tuple[float, float]] = {}
        self._turn = Lock()

    def allows(self, topic: str) -> bool:
        """Whether one more is within the rate; it is counted."""
        now = monotonic()
        with self._turn:
            if topic not in self._left and len(self._left) >= _TOPICS:
                return False
            left, since = self._left.get(topic, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._per_s)
            self._left[topic] = (left - 1 if left >= 1 else left, now)
            return left >= 1
