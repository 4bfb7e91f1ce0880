"""Chain: validate, fill, resample one signal in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rami.core.frame import Values
from rami.core.quality import Qualities, Reason
from rami.core.timegrid import TimeGrid
from rami.information.quality.check import Check
from rami.information.quality.column import Column
from rami.information.quality.fill import Filling
from rami.information.quality.gaps import Gap
from rami.information.quality.resample import Resampling


@dataclass(frozen=True)
class Cleaned:
    """What became of a signal.

    `raw`: the rows given, values untouched, status as the checks left it, absent rows added;
    `filled`: the same rows with gaps filled; `values`, `status`: on the grid asked for (those of
    `filled` without one); `counts`: rows per reason found by the checks in `raw`;
    `known_share`, `filled_share`: shares of the complete rows.
    """

    raw: Column
    filled: Column
    values: Values
    status: Qualities
    counts: Mapping[Reason, int]
    known_share: float
    filled_share: float


@dataclass(frozen=True)
class Chain:
    """Checks in their order, then gap, filling and resampling; None leaves a stage out."""

    checks: tuple[Check, ...] = ()
    gap: Gap | None = Gap()
    filling: Filling | None = None
    resampling: Resampling | None = None

    def validate(self, column: Column) -> Column:
        """Status of all checks, and rows for those absent."""
        raise NotImplementedError

    def run(
        self,
        column: Column,
        grid: TimeGrid | None = None,
        *,
        model: Values | None = None,
        weights: Column | None = None,
    ) -> Cleaned:
        """All stages. With a grid, rows are expected from its start to its end."""
        raise NotImplementedError
