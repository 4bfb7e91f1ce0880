"""The executed parts of a run's schedules, side by side on the run's grid."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule


def column_unit(column: str) -> str:
    """Unit of a schedule's column by its quantity."""
    quantity = column.rpartition(".")[2]
    if quantity == "Q":
        return "kWh"
    return "degC" if quantity.startswith("T_") else "1" if quantity == "engines" else "kW"


class ExecutedSchedules:
    """Collects schedules as they are adopted; a later one replaces what was not executed."""

    def __init__(self, grid: TimeGrid) -> None:
        self.grid = grid
        self.rungs: Counter[str] = Counter()
        self.gaps: list[float] = []
        self.notes: list[str] = []
        self.terms: defaultdict[str, float] = defaultdict(float)
        self.planned_eur = 0.0
        self._columns: tuple[str, ...] = ()
        self._values = np.zeros((0, 0))

    def add(
        self, schedule: Schedule, interval: int, count: int, idle: float, skip: int = 0
    ) -> None:
        """`schedule` begins at `interval`; `count` intervals of it are going to be executed.

        `idle` is the cost of the same horizon with the station at rest (EUR, without slacks).
        The first `skip` of the intervals were over when the schedule came.
        """
        if not self._columns:
            self._columns = schedule.columns
            self._values = np.zeros((self.grid.count, len(schedule.columns)))
        last = min(interval + schedule.grid.count, self.grid.count)
        self._values[interval + skip : last] = schedule.values[skip : last - interval]
        self.rungs[schedule.rung] += 1
        if np.isfinite(schedule.gap):
            self.gaps.append(float(schedule.gap))
        share = max(min(count, self.grid.count - interval) - skip, 0) / schedule.grid.count
        for name, value in schedule.terms.items():
            self.terms[name] += value * share
        if np.isfinite(idle) and np.isfinite(schedule.objective):
            cash = schedule.objective - schedule.terms.get("slack", 0.0)
            self.planned_eur += (idle - cash) * share
        self.notes += schedule.notes

    def plain(self) -> dict[str, Any]:
        """All but the rows, for JSON."""
        return {
            "rungs": dict(self.rungs),
            "gaps": self.gaps,
            "notes": self.notes,
            "terms": dict(self.terms),
            "planned_eur": self.planned_eur,
            "columns": self._columns,
        }

    def restore(self, plain: Mapping[str, Any]) -> None:
        """Go back to what `plain` gave; its rows are given to `refill`."""
        self.rungs = Counter(plain["rungs"])
        self.gaps, self.notes = list(plain["gaps"]), list(plain["notes"])
        self.terms = defaultdict(float, plain["terms"])
        self.planned_eur = plain["planned_eur"]
        self._columns = tuple(plain["columns"])
        if self._values.shape[1] != len(self._columns):
            self._values = np.zeros((self.grid.count, len(self._columns)))

    def rows(self, first: int, last: int) -> NDArray[np.float64]:
        """What is scheduled for intervals `first` to `last`."""
        return self._values[first:last]

    def refill(self, first: int, rows: NDArray[np.float64]) -> None:
        """Put rows back that `rows` gave from interval `first` on."""
        if self._values.shape[1] != rows.shape[1]:  # rows come before what they belong to
            self._values = np.zeros((self.grid.count, rows.shape[1]))
        self._values[first : first + len(rows)] = rows

    def frame(self) -> Frame | None:
        """What was scheduled for each interval, None when nothing was."""
        if not self._columns:
            return None
        units = tuple(column_unit(c) for c in self._columns)
        return Frame(self.grid, self._columns, units, self._values)
