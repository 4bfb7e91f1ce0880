"""When a method cannot learn: the next of a stated chain takes over and says so."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rami.core.quality import Family, quality, worst
from rami.information.forecast.forecast import Forecast
from rami.information.forecast.forecaster import Fitted, Forecaster, NotEnoughHistory
from rami.information.forecast.naive import Declared, Persistence, SeasonalNaive, TypicalProfile
from rami.information.forecast.task import Task

#: what follows a method that wants more history
CHAIN: tuple[Forecaster, ...] = (SeasonalNaive(), Persistence(), TypicalProfile(), Declared())


class WithFallback:
    """A method, then seasonal naive, persistence, the typical profile, the declared value."""

    def __init__(self, forecaster: Forecaster) -> None:
        self.forecaster, self.name = forecaster, forecaster.name

    def fit(self, task: Task) -> FittedFallback:
        """As in Forecaster; never refuses."""
        refusals: list[str] = []
        for method in (self.forecaster, *CHAIN):
            try:
                return FittedFallback(self, method.fit(task), "; ".join(refusals))
            except NotEnoughHistory as why:
                refusals.append(f"{method.name}: {why}")
        raise AssertionError("the declared value never refuses")


@dataclass(frozen=True)
class FittedFallback:
    """What learned, and why those before it did not."""

    origin: WithFallback
    fitted: Fitted
    refused: str

    def predict(self, task: Task) -> Forecast:
        """As in Fitted; values of a fallback are uncertain."""
        try:
            made = self.fitted.predict(task)
        except NotEnoughHistory:  # what could be learned then cannot be learned for this task
            return self.origin.fit(task).predict(task)
        if not self.refused:
            return made
        uncertain = np.full(made.grid.count, quality(Family.UNCERTAIN), np.uint32)
        method = f"{made.method} ({self.refused})"
        return replace(made, method=method, status=worst(made.status, uncertain))
