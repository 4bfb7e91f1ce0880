"""What a historian counts; read and changed under the queue's lock."""

from __future__ import annotations

from dataclasses import dataclass, field

from rami.core.historian import Written
from rami.information.historian.pressure import Pressure, State


@dataclass
class Counters:
    """Sums since the start."""

    most_queued: int = 0
    dropped: int = 0
    failed: int = 0
    written: int = 0
    duplicates: int = 0
    corrections: int = 0
    late: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    batches: int = 0
    retries: int = 0
    longest_wait_s: float = 0.0
    longest_write_s: float = 0.0

    def kept(self, written: Written, waited_s: float, wrote_s: float) -> None:
        """A batch is durable."""
        self.batches += 1
        self.written += written.new + written.corrections
        self.duplicates += written.duplicates
        self.corrections += written.corrections
        self.late += written.late
        for why, count in written.refused.items():
            self.refused[why] = self.refused.get(why, 0) + count
        self.longest_wait_s = max(self.longest_wait_s, waited_s)
        self.longest_write_s = max(self.longest_write_s, wrote_s)

    def pressure(self, state: State, queued: int, trouble: str) -> Pressure:
        """As others see it."""
        sums = vars(self) | {"refused": dict(self.refused)}
        return Pressure(state=state, queued=queued, trouble=trouble, **sums)
