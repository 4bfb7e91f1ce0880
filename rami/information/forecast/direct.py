"""Direct forecasts: one regression for every lead of the task, in terms of the base."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rami.information.forecast.answer import answer
from rami.information.forecast.bands import WINDOW_D
from rami.information.forecast.calendar import DAY_NS
from rami.information.forecast.design import nearest_day, rows, temperature_known
from rami.information.forecast.forecast import Errors, Forecast
from rami.information.forecast.forecaster import NotEnoughHistory
from rami.information.forecast.regressor import Regression, Regressor
from rami.information.forecast.ridge import RidgeRegressor
from rami.information.forecast.task import Task

#: days with values that a regression wants: every weekday once
LEAST_DAYS = 8
#: validated days below which the errors of persistence stand for its own
LEAST_VALIDATED = 10
#: days learned from at most
LONGEST_DAYS = 400


class DirectForecaster:
    """Learns the difference from the base over past issues at the same time of day.

    The temperature is left out where too little of it is known, and outliers of the load.
    """

    def __init__(self, name: str, regressor: Regressor) -> None:
        self.name, self.regressor = name, regressor

    def fit(self, task: Task) -> DirectFitted:
        """As in Forecaster."""
        task = replace(task, history=task.history.without_outliers())
        if task.outlook is not None and not temperature_known(task):
            task = replace(task, outlook=None)
        issues = task.issues(LONGEST_DAYS)
        have = task.history.usable_ns / DAY_NS
        if have < LEAST_DAYS or len(issues) < LEAST_DAYS:
            raise NotEnoughHistory(f"{have:.3g} days of history, wanted {LEAST_DAYS}")
        nearest = nearest_day(task, issues)
        seen = rows(task, issues, nearest)
        wanted = seen.measured - seen.base
        some = np.isfinite(wanted).any(axis=1)
        if some.sum() < LEAST_DAYS:
            if task.outlook is not None:
                return self.fit(replace(task, outlook=None))
            raise NotEnoughHistory(f"{some.sum()} days of pairs, wanted {LEAST_DAYS}")
        regression = self.regressor.fit(seen.regressors, wanted, task.gap, WINDOW_D)
        count = len(regression.residuals)
        validated = int(np.isfinite(regression.residuals).any(axis=1).sum())
        if validated < LEAST_VALIDATED:
            errors = Errors(issues, wanted, seen.base)
        else:
            points = seen.measured[-count:] - regression.residuals
            errors = Errors(issues[-count:], regression.residuals, points)
        return DirectFitted(self, regression, task.shape, errors, nearest)


@dataclass(frozen=True)
class DirectFitted:
    """A regression with the shape of the tasks it serves, and its errors up to its fit."""

    forecaster: DirectForecaster
    regression: Regression
    shape: tuple[int, int, int, bool]
    errors: Errors
    nearest: int | None

    def predict(self, task: Task) -> Forecast:
        """As in Fitted; a task of another shape is learned anew."""
        task = replace(task, history=task.history.without_outliers())
        if not self.shape[3] and task.outlook is not None:
            task = replace(task, outlook=None)
        if task.shape != self.shape or (task.outlook is not None and not temperature_known(task)):
            return self.forecaster.fit(task).predict(task)
        now = np.array([task.issued_ns])
        asked = rows(task, now, self.nearest)
        values = asked.base[0] + self.regression.predict(asked.regressors[0])
        detail = "" if task.outlook is not None else "without temperature"
        return answer(task, self.forecaster.name, values, self._errors(task), detail)

    def _errors(self, task: Task) -> Errors:
        """The errors of the fit, and those of its own regression since."""
        old = self.errors
        issues = task.issues(WINDOW_D)
        last = old.issues[-1] if len(old.issues) else task.issued_ns - DAY_NS * WINDOW_D
        # the newest days of the fit were not wholly measured then
        keep = old.issues <= last - task.gap * DAY_NS
        new = issues[issues > (last - task.gap * DAY_NS)]
        if task.issued_ns <= last + DAY_NS or not len(new) or not len(old.issues):
            return old
        since = rows(task, new, self.nearest)
        points = since.base + self.regression.predict(since.regressors)
        return Errors(
            np.concatenate([old.issues[keep], new]),
            np.concatenate([old.residuals[keep], since.measured - points]),
            np.concatenate([old.points[keep], points]),
        )


def ridge() -> DirectForecaster:
    """The default: calendar x degree-hour ridge."""
    return DirectForecaster("ridge", RidgeRegressor())
