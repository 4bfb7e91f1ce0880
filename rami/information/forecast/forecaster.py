"""The protocol of a way to forecast; ours are built in, others come by entry point.

Group `rami.forecasters`: the name is the word used in a site file, the target a class that is
called without arguments. What it forecasts with is in the task; see `Task`.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rami.information.forecast.forecast import Forecast
from rami.information.forecast.task import Task


class NotEnoughHistory(Exception):
    """A method cannot learn from so little; says how much there is and what it wants."""


@runtime_checkable
class Fitted(Protocol):
    """A method that has learned from a series."""

    def predict(self, task: Task) -> Forecast:
        """The forecast of a task at or after the one it was fitted for.

        The task's history may be newer than what was learned from, and is used.
        """


@runtime_checkable
class Forecaster(Protocol):
    """A way to forecast. Deterministic: equal tasks give equal bytes."""

    name: str

    def fit(self, task: Task) -> Fitted:
        """Learn from the task's history. Raises NotEnoughHistory."""
