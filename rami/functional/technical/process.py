"""First-order-plus-delay process: what a loop's tuning starts from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """Steady gain (controlled unit per actuator unit), delay Tu and lag Tg in s."""

    gain: float
    delay: float
    lag: float

    def sampled(self, period_s: float) -> Process:
        """The same seen by a sampled controller: the step counts into the delay."""
        return Process(self.gain, self.delay + period_s, self.lag)

    @property
    def ratio(self) -> float:
        """Tg / Tu; infinite without delay."""
        return self.lag / self.delay if self.delay > 0.0 else float("inf")
