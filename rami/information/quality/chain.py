"""Chain: validate, fill, resample one signal in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from rami.core.frame import Values
from rami.core.quality import Qualities, Reason
from rami.core.timegrid import TimeGrid
from rami.information.quality.check import Check
from rami.information.quality.column import Column
from rami.information.quality.fill import Filling, fill
from rami.information.quality.gaps import Gap, Stale
from rami.information.quality.register import Register
from rami.information.quality.resample import Resampling, resample
from rami.information.quality.stamps import single

_ANY_GAP = Gap()


@dataclass(frozen=True)
class Cleaned:
    """What became of a signal.

    `raw`: the rows given, values untouched, status as the checks left it, absent rows added;
    `filled`: one row per instant with gaps filled (a register as if never reset); `values`,
    `status`: on the grid asked for (those of `filled` without one); `counts`: rows of `raw` per
    reason; `known_share`, `filled_share`: shares of the rows of `filled`.
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
    """Checks in their order, then gap, filling and resampling; None leaves a stage out.

    Absent rows are added before the first `Stale`, or after all checks. A `Register` among the
    checks makes the signal a cumulative one: its differences are filled and resampled.
    """

    checks: tuple[Check, ...] = ()
    gap: Gap | None = _ANY_GAP
    filling: Filling | None = None
    resampling: Resampling | None = None

    @property
    def register(self) -> Register | None:
        """The check of a cumulative register, if this is one."""
        return next((c for c in self.checks if isinstance(c, Register)), None)

    def validate(self, column: Column, grid: TimeGrid | None = None) -> Column:
        """The rows with what all checks add, and rows for those absent."""
        whole = False
        for check in self.checks:
            if isinstance(check, Stale) and not whole:
                column, whole = self._completed(column, grid), True
            marks = check.marks(column)
            if marks.any():
                column = column.graded(marks)
        return column if whole else self._completed(column, grid)

    def run(
        self,
        column: Column,
        grid: TimeGrid | None = None,
        *,
        model: Values | None = None,
        weights: Column | None = None,
    ) -> Cleaned:
        """All stages. With a grid, rows are expected from its start to its end.

        For `model` and `weights` see `finish`.
        """
        return self.finish(self.validate(column, grid), grid, model=model, weights=weights)

    def finish(
        self,
        raw: Column,
        grid: TimeGrid | None = None,
        *,
        model: Values | None = None,
        weights: Column | None = None,
    ) -> Cleaned:
        """Filling and resampling of rows that are complete and graded.

        `model` has one value per instant of `raw` (duplicates are left out first), else
        ValueError; `weights` are for a weighted mean.
        """
        work = single(raw)
        if self.register is not None:
            work = Column.of(work.times, self.register.continuous(work), work.status)
        filled = work
        if self.filling is not None:
            if model is not None and len(model) != len(work):
                raise ValueError(f"the model has {len(model)} values, the signal {len(work)} rows")
            filling = replace(
                self.filling, cumulative=self.filling.cumulative or self.register is not None
            )
            filled = fill(work, filling, model)
        values, status = filled.values, filled.status
        if grid is not None and self.resampling is not None:
            values, status = resample(filled, grid, self.resampling, weights)
        count = max(len(filled), 1)
        known = int(work.known.sum())
        return Cleaned(
            raw,
            filled,
            values,
            status,
            counts(raw.status),
            known / count,
            (int(filled.known.sum()) - known) / count,
        )

    def _completed(self, column: Column, grid: TimeGrid | None) -> Column:
        if self.gap is None:
            return column
        if grid is None:
            return self.gap.completed(column)
        return self.gap.completed(column, grid.start_ns, grid.end_ns)


def counts(status: Qualities) -> dict[Reason, int]:
    """Rows per reason, those that occur."""
    if not status.any():
        return {}
    every = {r: int(np.count_nonzero(status & np.uint32(r))) for r in Reason if r}
    return {reason: count for reason, count in every.items() if count}
