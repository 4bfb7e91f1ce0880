"""Rolling-origin backtest: forecasts as they would have been made, trained on the past only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.frame import Values
from rami.core.timegrid import TimeGrid, iso
from rami.information.forecast.calendar import DAY_NS, HOUR_NS, LocalCalendar
from rami.information.forecast.fallback import WithFallback
from rami.information.forecast.forecast import Forecast
from rami.information.forecast.history import History
from rami.information.forecast.methods import forecaster
from rami.information.forecast.outlook import Expected, Outlook
from rami.information.forecast.scores import Scores, scores
from rami.information.forecast.task import LEVELS, Task

#: what every backtest shows beside the method
BESIDE = ("persistence", "last_week")
#: days of history before the first issue, less for a short file but not below the second figure
TRAIN_D, TRAIN_LEAST_D = 28, 8


@dataclass(frozen=True)
class Rules:
    """Issued every day at `issue_ns` after 0:00 UTC, for `horizon_ns` from the next 0:00 UTC on.

    At 12:00 UTC for a day the leads are 12 to 36 h. `train_ns` of history precede the first
    issue; everything before an issue is learned from, at most `longest_ns`, anew every
    `retrain_ns`. The temperature is expected with a seeded error of `noise_K`.
    """

    issue_ns: int = 12 * HOUR_NS
    horizon_ns: int = DAY_NS
    train_ns: int | None = None
    longest_ns: int = 400 * DAY_NS
    retrain_ns: int = DAY_NS
    noise_K: float = 1.5
    seed: int = 0
    levels: tuple[float, ...] = LEVELS


@dataclass(frozen=True)
class Tested:
    """One method's forecasts: `values` (issues, count), `quantiles` (issues, count, levels)."""

    method: str
    values: Values
    quantiles: Values
    used: dict[str, int]

    def scores(self, measured: Values, levels: tuple[float, ...]) -> Scores:
        """Over all issues and leads."""
        width = self.quantiles.shape[-1]
        return scores(
            measured.ravel(), self.values.ravel(), levels, self.quantiles.reshape(-1, width)
        )

    def by_lead(
        self, measured: Values, levels: tuple[float, ...], step_ns: int
    ) -> list[tuple[int, Scores]]:
        """Per hour of the forecast (0: the first), intervals of one hour together."""
        per = max(HOUR_NS // step_ns, 1)
        found = []
        for first in range(0, measured.shape[1], per):
            part = slice(first, first + per)
            bands = self.quantiles[:, part].reshape(-1, self.quantiles.shape[-1])
            hour = first * step_ns // HOUR_NS
            chosen = scores(measured[:, part].ravel(), self.values[:, part].ravel(), levels, bands)
            found.append((int(hour), chosen))
        return found


@dataclass(frozen=True)
class Backtest:
    """All methods on the same issues; `measured` (issues, count) is NaN in gaps."""

    history: History
    rules: Rules
    issues: tuple[int, ...]
    grid: TimeGrid
    measured: Values
    methods: dict[str, Tested]

    def times(self) -> Values:
        """Starts of all intervals, shape (issues, count)."""
        moved = np.array(self.issues)[:, None] - self.issues[0]
        return np.asarray(moved + self.grid.times())


def backtest(
    history: History,
    temperature: History | None,
    methods: Sequence[str],
    calendar: LocalCalendar,
    rules: Rules,
    progress: Callable[[str, float], None] = lambda name, share: None,
) -> Backtest:
    """Every method on every day that the rules allow. Raises DataError when there is none."""
    issues, count = _issues(history, rules)
    step = history.grid.step_ns
    outlook: Outlook | None = None
    if temperature is not None:
        outlook = Expected(temperature, rules.noise_K, rules.seed)
    ahead = DAY_NS - rules.issue_ns
    grids = [TimeGrid(issue + ahead, step, count) for issue in issues]
    measured = np.stack([history.at(grid.times()) for grid in grids])
    tested = {}
    for name in dict.fromkeys([*methods, *BESIDE]):
        method, fitted, learned = WithFallback(forecaster(name)), None, -(10**30)
        values, bands = np.empty(measured.shape), np.empty((*measured.shape, len(rules.levels)))
        used: dict[str, int] = {}
        for row, (issue, grid) in enumerate(zip(issues, grids, strict=True)):
            past = history.until(issue, rules.longest_ns)
            task = Task(issue, grid, past, outlook, calendar, rules.levels)
            if fitted is None or issue - learned >= rules.retrain_ns:
                fitted, learned = method.fit(task), issue
            made: Forecast = fitted.predict(task)
            values[row], bands[row] = made.values, made.quantiles
            used[made.method] = used.get(made.method, 0) + 1
            progress(name, (row + 1) / len(issues))
        tested[name] = Tested(name, values, bands, used)
    return Backtest(history, rules, tuple(issues), grids[0], measured, tested)


def _issues(history: History, rules: Rules) -> tuple[list[int], int]:
    grid, step = history.grid, history.grid.step_ns
    known = np.flatnonzero(np.isfinite(history.values))
    if not len(known):
        raise DataError([Problem(history.name, "holds no value")])
    begin = grid.start_ns + int(known[0]) * step
    end = grid.start_ns + (int(known[-1]) + 1) * step
    train = rules.train_ns
    if train is None:
        third = max((end - begin) // 3 // DAY_NS, TRAIN_LEAST_D)
        train = min(TRAIN_D, third) * DAY_NS
    day = -(-(begin + train - rules.issue_ns) // DAY_NS)
    found = []
    while day * DAY_NS + DAY_NS + rules.horizon_ns <= end:
        found.append(int(day * DAY_NS + rules.issue_ns))
        day += 1
    if not found:
        what = f"holds {(end - begin) / DAY_NS:.1f} days from {iso(begin)}"
        hint = (
            f"{train / DAY_NS:g} days to learn from, the day of the issue and the horizon of "
            f"{rules.horizon_ns / HOUR_NS:g} h do not fit into it; give more data or less --train"
        )
        raise DataError([Problem(history.name, what, hint)])
    return found, int(rules.horizon_ns // step)
