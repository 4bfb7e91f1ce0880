"""What a regression must give so that direct forecasts can be made with it."""

from __future__ import annotations

from typing import Protocol

from rami.core.frame import Values


class Regression(Protocol):
    """A regression that has learned."""

    @property
    def residuals(self) -> Values:
        """Measured less predicted for the last days, shape (days, count), by regressions that
        knew only what lay before; NaN where nothing was measured."""

    def predict(self, regressors: Values) -> Values:
        """Values for regressors of shape (..., columns)."""


class Regressor(Protocol):
    """A way to learn values from regressors."""

    def fit(self, regressors: Values, wanted: Values, gap: int, validated: int) -> Regression:
        """Learn from days, the oldest first: (days, count, columns) and (days, count).

        `wanted` is NaN where a row must not be learned from. For the residuals of the last
        `validated` days nothing may be used that lies less than `gap` days before each.
        """
