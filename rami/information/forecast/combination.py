"""Several methods together: their mean, or weights by what each got wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rami.core.frame import Values
from rami.information.forecast.answer import answer
from rami.information.forecast.bands import WINDOW_D
from rami.information.forecast.forecast import Errors, Forecast
from rami.information.forecast.forecaster import Fitted, Forecaster, NotEnoughHistory
from rami.information.forecast.task import Task

Weighting = Literal["mean", "inverse_error"]


class Combination:
    """The weighted mean of forecasts (Bates and Granger, Operational Research Quarterly 20 (1969)).

    `inverse_error`: weights in proportion to 1 / mean absolute error of the last days, alike
    where a member does not tell its errors. A member that lacks history is left out.
    """

    def __init__(
        self, members: Sequence[Forecaster], weighting: Weighting = "inverse_error"
    ) -> None:
        self.members, self.weighting = tuple(members), weighting
        self.name = "+".join(m.name for m in members)

    def fit(self, task: Task) -> Combined:
        """As in Forecaster; refuses when every member does."""
        fitted, refusals = [], []
        for member in self.members:
            try:
                fitted.append(member.fit(task))
            except NotEnoughHistory as why:
                refusals.append(f"{member.name}: {why}")
        if not fitted:
            raise NotEnoughHistory("; ".join(refusals))
        return Combined(tuple(fitted), self.weighting)


@dataclass(frozen=True)
class Combined:
    """Members that have learned."""

    members: tuple[Fitted, ...]
    weighting: Weighting

    def predict(self, task: Task) -> Forecast:
        """As in Fitted."""
        made = [m.predict(task) for m in self.members]
        errors = _common([m.errors for m in made])
        weights = np.full(len(made), 1 / len(made))
        if self.weighting == "inverse_error" and errors:
            inverse = 1 / np.maximum([e.mean_absolute for e in errors], 1e-12)
            if np.isfinite(inverse).all():
                weights = inverse / inverse.sum()
        detail = ", ".join(f"{w:.3f} {m.method}" for w, m in zip(weights, made, strict=True))
        method = "+".join(m.method for m in made)
        values: Values = weights @ np.stack([m.values for m in made])
        return answer(task, method, values, _combined(errors, weights, task.grid.count), detail)


def _common(errors: Sequence[Errors | None]) -> list[Errors]:
    """Errors of the issues that all members know; empty when one tells none."""
    told = [e for e in errors if e is not None and len(e.issues)]
    if len(told) < len(errors):
        return []
    shared = told[0].issues
    for e in told[1:]:
        shared = np.intersect1d(shared, e.issues)
    if not len(shared):
        return []
    places = [np.searchsorted(e.issues, shared) for e in told]
    return [
        Errors(shared, e.residuals[p], e.points[p]).last(WINDOW_D)
        for e, p in zip(told, places, strict=True)
    ]


def _combined(errors: Sequence[Errors], weights: Values, count: int) -> Errors:
    if not errors:
        return Errors.none(count)
    residuals = np.tensordot(weights, np.stack([e.residuals for e in errors]), 1)
    points = np.tensordot(weights, np.stack([e.points for e in errors]), 1)
    return Errors(errors[0].issues, residuals, points)
