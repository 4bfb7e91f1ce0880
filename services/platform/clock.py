"""A clock that stands where it was set: simulated time."""

from __future__ import annotations


class SetClock:
    """Called, it tells UTC nanoseconds."""

    def __init__(self, now_ns: int = 0) -> None:
        self.now_ns = now_ns

    def follow(self, ns: int) -> None:
        """Never runs back."""
        self.now_ns = max(self.now_ns, ns)

    def __call__(self) -> int:
        return self.now_ns
