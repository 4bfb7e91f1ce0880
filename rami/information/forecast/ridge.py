"""Ridge regression over days, its strength chosen by rolling validation inside the past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rami.core.frame import Values

#: penalties tried, as a share of the weight of all rows, on columns of unit variance
STRENGTHS = (1e-2, 1e-1, 0.3, 1.0, 3.0)
#: stronger ones, tried too while there are fewer days than SHORT_D: nearly the base itself
STRONGER, SHORT_D = (10.0, 30.0), 28
#: days after which a day counts half
HALF_LIFE_D = 60.0
#: days that one regression of the rolling validation serves
_STRIDE = 7
#: days learned from before the first one that is validated
_LEAST = 7


@dataclass(frozen=True)
class RidgeRegression:
    """Coefficients, the strength chosen, and residuals of the rolling validation."""

    intercept: float
    coefficients: Values
    strength: float
    residuals: Values

    def predict(self, regressors: Values) -> Values:
        """Values for regressors (..., columns)."""
        return np.asarray(regressors @ self.coefficients + self.intercept)


class RidgeRegressor:
    """min over b0, b of  sum_i w_i (y_i - b0 - x_i b)^2 + s W |b|^2,  W = sum_i w_i.

    Columns x have unit variance, weights w halve every `half_life_d` days. The strength s is
    the one of STRENGTHS (of little data also STRONGER) with the least absolute error in the
    rolling validation. Hoerl and Kennard, Technometrics 12 (1970) 55. Days enter through their
    Gram matrices, so that a regression for each origin of the validation costs one small solve.
    """

    def __init__(self, half_life_d: float = HALF_LIFE_D) -> None:
        self._keep = 0.5 ** (1.0 / half_life_d)

    def fit(self, regressors: Values, wanted: Values, gap: int, validated: int) -> RidgeRegression:
        """As in Regressor."""
        days = len(wanted)
        good = np.isfinite(wanted)
        mean, unit = float(wanted[good].mean()), float(wanted[good].std()) or 1.0
        y = np.where(good, (wanted - mean) / unit, 0.0)
        middle, spread = _moments(regressors, good)
        x = np.empty((*wanted.shape, regressors.shape[2] + 1))
        x[..., 0] = 1.0
        np.subtract(regressors, middle, out=x[..., 1:])
        x[..., 1:] /= spread
        x[~good] = 0.0

        few = int(good.any(axis=1).sum()) < SHORT_D
        strengths = STRENGTHS + STRONGER if few else STRENGTHS
        first = min(max(days - validated, gap + _LEAST), days)
        errors = np.full((len(strengths), days - first, y.shape[1]), np.nan)
        sums = self._sums(x, y)
        done = 0
        for start in range(first, days, _STRIDE):
            while done <= start - gap:
                gram, product = next(sums)
                done += 1
            part = slice(start, start + _STRIDE)
            models = _solved(gram, product, strengths)
            errors[:, start - first : start - first + _STRIDE] = y[part] - np.moveaxis(
                x[part] @ models.T, -1, 0
            )
        for gram, product in sums:  # noqa: B007  the last ones hold all days
            pass
        errors[:, ~good[first:]] = np.nan
        best = len(strengths) - 1
        if np.isfinite(errors).any():
            best = int(np.argmin(np.nanmean(np.abs(errors), axis=(1, 2))))
        b = _solved(gram, product, strengths)[best]
        coefficients = unit * b[1:] / spread
        intercept = mean + unit * float(b[0]) - float(coefficients @ middle)
        return RidgeRegression(intercept, coefficients, strengths[best], unit * errors[best])

    def _sums(self, x: Values, y: Values) -> Iterator[tuple[Values, Values]]:
        """Weighted Gram matrix and moments of days 0 to k, for every k."""
        gram, product = np.zeros((x.shape[2], x.shape[2])), np.zeros(x.shape[2])
        for day, target in zip(x, y, strict=True):
            gram = self._keep * gram + day.T @ day
            product = self._keep * product + target @ day
            yield gram, product


def _moments(regressors: Values, good: Values) -> tuple[Values, Values]:
    """Mean and deviation of each column; a column that never changes gets none (infinite)."""
    chosen = regressors[good]
    middle, spread = chosen.mean(axis=0), chosen.std(axis=0)
    spread[spread < 1e-9 * (1e-12 + np.abs(middle))] = np.inf
    spread[spread == 0.0] = np.inf
    return middle, spread


def _solved(gram: Values, product: Values, strengths: tuple[float, ...]) -> Values:
    """Coefficients for every strength, shape (strengths, columns)."""
    penalty = np.ones(len(gram))
    penalty[0] = 1e-9
    systems = np.stack([gram + np.diag(s * max(gram[0, 0], 1e-9) * penalty) for s in strengths])
    return np.asarray(np.linalg.solve(systems, product[None, :, None])[..., 0])
