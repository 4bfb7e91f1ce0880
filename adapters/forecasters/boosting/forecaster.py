"""`boosting`: histogram gradient boosting on the regressors of the built-in direct forecasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from rami.core.errors import ConfigurationError
from rami.core.frame import Values
from rami.information.forecast.direct import DirectForecaster

#: threads of OpenMP; more are slower on tables of this size and would compete with the loop
THREADS = 1
_TREES, _LEAVES, _RATE, _LEAST_IN_LEAF = 150, 15, 0.06, 40


@dataclass(frozen=True)
class BoostedRegression:
    """Trees learned from all days, and residuals of trees that did not see them."""

    model: Any
    residuals: Values

    def predict(self, regressors: Values) -> Values:
        """Values for regressors (..., columns)."""
        flat = regressors.reshape(-1, regressors.shape[-1])
        with _pinned():
            return np.asarray(self.model.predict(flat)).reshape(regressors.shape[:-1])


class BoostingRegressor:
    """Least-squares trees. The residuals come from one split: the newest quarter of the days,
    at most `validated`, is predicted by trees that saw only what lay `gap` days before it.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def fit(
        self, regressors: Values, wanted: Values, gap: int, validated: int
    ) -> BoostedRegression:
        """As in Regressor."""
        days = len(wanted)
        held = min(validated, days // 4)
        residuals = np.full((held, wanted.shape[1]), np.nan)
        before = days - held - gap + 1
        if held and before >= 7 and np.isfinite(wanted[:before]).any():
            early = self._learned(regressors[:before], wanted[:before])
            predicted = BoostedRegression(early, residuals).predict(regressors[days - held :])
            residuals = wanted[days - held :] - predicted
        return BoostedRegression(self._learned(regressors, wanted), residuals)

    def _learned(self, regressors: Values, wanted: Values) -> Any:
        good = np.isfinite(wanted)
        with _pinned():
            model = _model(self._seed)
            model.fit(regressors[good], wanted[good])
        return model


class BoostingForecaster(DirectForecaster):
    """The entry point `boosting`. Needs the extra of that name."""

    def __init__(self) -> None:
        super().__init__("boosting", BoostingRegressor())


def _model(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        loss="squared_error",
        max_iter=_TREES,
        max_leaf_nodes=_LEAVES,
        learning_rate=_RATE,
        min_samples_leaf=_LEAST_IN_LEAF,
        early_stopping=False,
        random_state=seed,
    )


@contextmanager
def _pinned() -> Iterator[None]:
    """Trees on THREADS threads; a missing library as an error of ours."""
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: F401
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise ConfigurationError(
            f"the method 'boosting' needs scikit-learn ({error}): "
            "pip install 'rami-twins[boosting]'"
        ) from None
    with threadpool_limits(limits=THREADS, user_api="openmp"):
        yield
