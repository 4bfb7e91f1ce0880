"""A forecast to be made: of what, issued when, for which intervals, knowing what."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.information.forecast.calendar import DAY_NS, LocalCalendar
from rami.information.forecast.history import History
from rami.information.forecast.outlook import Outlook

#: levels of the quantiles unless others are asked for: bands of 80 % and 90 %, and the median
LEVELS = (0.05, 0.1, 0.5, 0.9, 0.95)


@dataclass(frozen=True)
class Task:
    """`history` is cut here to intervals that have ended at `issued_ns`: no future gets in.

    `grid` has the step of the history and begins at the issue or after it. `outlook` is what
    was expected of the temperature at any issue, None where nothing was. `declared` is a value
    or one per interval to fall back on when there is no history at all. Raises ValueError.
    """

    issued_ns: int
    grid: TimeGrid
    history: History
    outlook: Outlook | None = None
    calendar: LocalCalendar = field(default_factory=LocalCalendar)
    levels: tuple[float, ...] = LEVELS
    declared: Values | float | None = None

    def __post_init__(self) -> None:
        step = self.grid.step_ns
        if self.history.grid.step_ns != step or DAY_NS % step:
            raise ValueError(
                f"wanted history and grid of one step that divides a day, got "
                f"{self.history.grid.step_s:g} s and {self.grid.step_s:g} s"
            )
        if self.grid.start_ns < self.issued_ns:
            raise ValueError("a forecast begins at its issue or after it")
        if (self.grid.start_ns - self.history.grid.start_ns) % step:
            raise ValueError("history and grid stand on different rasters")
        if not self.grid.count:
            raise ValueError("a forecast needs at least one interval")
        if not all(0 < a < 1 for a in self.levels) or list(self.levels) != sorted(self.levels):
            raise ValueError(f"levels of quantiles ascend between 0 and 1, got {self.levels}")
        object.__setattr__(self, "history", self.history.until(self.issued_ns))

    @property
    def shape(self) -> tuple[int, int, int, bool]:
        """What a fit depends on besides data: lead, step, whole days, whether temperature."""
        lead = self.grid.start_ns - self.issued_ns
        return lead, self.grid.step_ns, self.days, self.outlook is not None

    @property
    def days(self) -> int:
        """Days of 24 h that hold the grid."""
        return int(-(-self.grid.count * self.grid.step_ns // DAY_NS))

    @property
    def whole(self) -> TimeGrid:
        """The grid continued to whole days."""
        return self.grid.part(0, int(self.days * DAY_NS // self.grid.step_ns))

    @property
    def gap(self) -> int:
        """Days from an issue until everything that it forecasts is known."""
        return int(-(-(self.whole.end_ns - self.issued_ns) // DAY_NS))

    def issues(self, longest: int | None = None) -> NDArray[np.int64]:
        """Earlier issues at the same time of day, the oldest first, their grids in the history."""
        days = max(int((self.grid.start_ns - self.history.grid.start_ns) // DAY_NS), 0)
        if longest is not None:
            days = min(days, longest)
        return np.asarray(self.issued_ns - DAY_NS * np.arange(days, 0, -1, dtype=np.int64))

    def times(self, issues: NDArray[np.int64]) -> NDArray[np.int64]:
        """Starts of the intervals of `whole`, moved to each issue, shape (issues, count)."""
        return np.asarray((issues - self.issued_ns)[:, None] + self.whole.times())

    def days_back(self, issues: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many days before an interval its local time of day was last known at the issue."""
        step = self.grid.step_ns
        back = np.maximum(-(-(times + step - issues[:, None]) // DAY_NS), 1)
        late = self.calendar.before(times, back) + step > issues[:, None]
        return np.asarray(back + late)
