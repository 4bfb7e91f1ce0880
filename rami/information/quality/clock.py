"""Clock changes: local time written as UTC leaves out an hour in spring, repeats one in autumn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rami.core.quality import Qualities, Reason
from rami.core.signal import Times
from rami.information.quality.column import Column


@dataclass(frozen=True)
class Clock:
    """Stamps that are read as UTC but follow the clock of `zone`.

    Repeated: exactly one hour of stamps that stand twice. Skipped: exactly one hour of stamps
    that is absent where the zone's clock jumps, or with a repeated hour to pair it with.
    Must stand before `Duplicate` in a chain.
    """

    zone: str = "Europe/Berlin"
    reason: ClassVar[Reason] = Reason.CLOCK

    def marks(self, column: Column) -> Qualities:
        """Uncertain: both passes of a repeated hour, the first row after a skipped one."""
        raise NotImplementedError

    def mended(self, column: Column) -> Times:
        """Times as UTC, where a change was found; the times given otherwise."""
        raise NotImplementedError
