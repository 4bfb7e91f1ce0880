"""Cumulative registers: resets, roll-overs, exchanged meters, readings that fall."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

from rami.core.frame import Values
from rami.core.quality import Qualities, Reason
from rami.information.quality.column import Column


@dataclass(frozen=True)
class Register:
    """A register that can only grow.

    `modulus`: where it rolls over to zero (inf: never). `tolerance`: how far a reading may fall
    without meaning (resolution). `rate_max`: growth per second that cannot be (inf: a multiple,
    `unusual`, of the signal's own fast growth), which tells a register exchanged for another.
    """

    modulus: float = inf
    tolerance: float = 0.0
    rate_max: float = inf
    unusual: float = 20.0
    reason: ClassVar[Reason] = Reason.RESET

    def marks(self, column: Column) -> Qualities:
        """Uncertain, RESET at the first reading after a reset, roll-over or exchange; bad,
        INCONSISTENT where readings fall (or rise) and come back."""
        raise NotImplementedError

    def growth(self, column: Column) -> Values:
        """Growth since the known row before, shape (len(column),), never negative.

        Roll-over: reading + modulus - before; reset: the reading; exchange: NaN (unknown);
        NaN at rows that are not known and at the first.
        """
        raise NotImplementedError

    def continuous(self, column: Column) -> Values:
        """The readings as if no reset, roll-over or exchange had been (growth 0 over those)."""
        raise NotImplementedError
