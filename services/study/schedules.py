"""The executed parts of a run's schedules, side by side on the run's grid."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

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

    def add(self, schedule: Schedule, interval: int, count: int, idle: float) -> None:
        """`schedule` begins at `interval`; `count` intervals of it are going to be executed.

        `idle` is the cost of the same horizon with the station at rest (EUR, without slacks).
        """
        if not self._columns:
            self._columns = schedule.columns
            self._values = np.zeros((self.grid.count, len(schedule.columns)))
        last = min(interval + schedule.grid.count, self.grid.count)
        self._values[interval:last] = schedule.values[: last - interval]
        self.rungs[schedule.rung] += 1
        if np.isfinite(schedule.gap):
            self.gaps.append(float(schedule.gap))
        share = min(count, self.grid.count - interval) / schedule.grid.count
        for name, value in schedule.terms.items():
            self.terms[name] += value * share
        if np.isfinite(idle) and np.isfinite(schedule.objective):
            cash = schedule.objective - schedule.terms.get("slack", 0.0)
            self.planned_eur += (idle - cash) * share
        self.notes += schedule.notes

    def frame(self) -> Frame | None:
        """What was scheduled for each interval, None when nothing was."""
        if not self._columns:
            return None
        units = tuple(column_unit(c) for c in self._columns)
        return Frame(self.grid, self._columns, units, self._values)
