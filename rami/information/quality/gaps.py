"""Gaps and stale values: rows that should be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rami.core.quality import Qualities, Reason
from rami.information.quality.column import Column


@dataclass(frozen=True)
class Gap:
    """Rows expected every `period_ns` (0: the column's own usual step).

    A step of more than `1 + slack` periods is a gap; jitter below that is none.
    """

    period_ns: int = 0
    slack: float = 0.5
    reason: ClassVar[Reason] = Reason.MISSING

    def completed(
        self, column: Column, start_ns: int | None = None, end_ns: int | None = None
    ) -> Column:
        """The column with a row (NaN, bad, MISSING) for each that is absent.

        Also from `start_ns` to the first row and from the last to `end_ns` (exclusive).
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Stale:
    """Rows without a value of their own whose last known one is older than `limit_ns`."""

    limit_ns: int
    reason: ClassVar[Reason] = Reason.STALE

    def marks(self, column: Column) -> Qualities:
        """Bad where a row is not known and t - t(last known row) > limit."""
        raise NotImplementedError


def age_ns(column: Column, now_ns: int) -> int | None:
    """Age of the last known row at an instant; None when no row is known before it."""
    raise NotImplementedError
