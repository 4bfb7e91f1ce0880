"""Spikes: a few values that leave their neighbours on both sides, and come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rami.core.quality import Family, Qualities, Reason
from rami.information.quality.column import Column


@dataclass(frozen=True)
class Spike:
    """Bad where at most `width` values in a row stand out from both neighbours.

    `threshold` is in multiples of the signal's own usual prominence (self-calibrating; see the
    function); `floor` is the least prominence, in canonical units, that can be a spike at all
    (resolution and harmless noise); `day_pattern`: compare with the same clock time of the days
    around, so that peaks of every morning are none.
    """

    threshold: float = 6.0
    floor: float = 0.0
    width: int = 3
    day_pattern: bool = True
    reason: ClassVar[Reason] = Reason.SPIKE

    def marks(self, column: Column) -> Qualities:
        """Marks of the rows that belong to a spike."""
        raise NotImplementedError


_FAMILY = Family.BAD
