"""Duplicates: several rows at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rami.core.quality import Qualities, Reason
from rami.information.quality.column import Column


@dataclass(frozen=True)
class Duplicate:
    """Of rows with the same time the last known one counts (a correction); others are bad.

    Where their values contradict by more than `tolerance`, the one that counts is uncertain.
    """

    tolerance: float = 0.0
    reason: ClassVar[Reason] = Reason.DUPLICATE

    def marks(self, column: Column) -> Qualities:
        """Marks of rows that share their instant."""
        raise NotImplementedError
