"""Flatline: a value that stands still longer than its signal does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rami.core.quality import Qualities, Reason
from rami.information.quality.column import Column


@dataclass(frozen=True)
class Flatline:
    """Bad where all values of a span of at least `longest_ns` lie within `tolerance`.

    At least `count` values make a span. Values within one of the `resting` ranges (off is 0,
    saturated air 1.0) may stand as long as they like.
    """

    longest_ns: int
    tolerance: float = 0.0
    count: int = 4
    resting: tuple[tuple[float, float], ...] = ()
    reason: ClassVar[Reason] = Reason.STUCK

    def marks(self, column: Column) -> Qualities:
        """Marks of the rows that stand still."""
        raise NotImplementedError
