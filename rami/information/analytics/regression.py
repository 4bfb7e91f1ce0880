"""Robust linear regression: iteratively reweighted least squares with Huber's weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: tuning constant of 95 % efficiency under normal residuals (Huber 1981)
HUBER = 1.345
#: median absolute deviation to standard deviation
_MAD = 1.4826
_ROUNDS = 50
#: most that a row may keep of the one before, and what its estimate lacks in n rows, times n
_MOST_KEPT, _BIAS = 0.97, 3.0


@dataclass(frozen=True)
class Fit:
    """`coefficients` (k,) with `errors` (standard, k); residuals of all rows (n,).

    `scale` is the robust standard deviation of the residuals, `explained` the share of the
    variance (R squared), both in the units of what was explained.
    """

    coefficients: Array
    errors: Array
    residuals: Array
    scale: float
    explained: float


def robust_fit(table: Array, wanted: Array) -> Fit:
    """Explain `wanted` (n,) by the columns of `table` (n, k); ValueError below k + 2 rows.

    Rows stand in the order of time. Outliers count less and less the further off they are.
    Standard errors are the sandwich estimate for M-estimators, so that unequal noise does not
    make them small, with the covariance of rows near each other (see `_long_run`).
    """
    rows, width = table.shape
    if rows < width + 2:
        raise ValueError(f"{rows} rows do not determine {width} coefficients")
    size = np.sqrt(np.mean(table**2, axis=0))
    size[size == 0] = 1.0
    scaled = table / size
    coefficients = np.linalg.lstsq(scaled, wanted, rcond=None)[0]
    floor = 1e-12 * max(float(np.max(np.abs(wanted), initial=0.0)), 1e-300)
    weights = np.ones(rows)
    for _ in range(_ROUNDS):
        residuals = wanted - scaled @ coefficients
        scale = max(_MAD * float(np.median(np.abs(residuals))), floor)
        weights = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(residuals), floor))
        root = np.sqrt(weights)
        new = np.linalg.lstsq(scaled * root[:, None], wanted * root, rcond=None)[0]
        settled = np.allclose(new, coefficients, rtol=1e-10, atol=1e-14)
        coefficients = new
        if settled:
            break
    residuals = wanted - scaled @ coefficients
    scale = _MAD * float(np.median(np.abs(residuals)))
    pull = scaled * (weights * residuals)[:, None]
    inside = (np.abs(residuals) <= HUBER * max(scale, floor)).astype(float)
    bread = np.linalg.pinv((scaled * inside[:, None]).T @ scaled)
    meat = _long_run(pull) * rows / (rows - width)
    errors = np.sqrt(np.maximum(np.diag(bread @ meat @ bread), 0.0))
    spread = float(np.sum(weights * (wanted - np.average(wanted, weights=weights)) ** 2))
    explained = 1.0 - float(np.sum(weights * residuals**2)) / spread if spread > 0 else 1.0
    return Fit(coefficients / size, errors / size, residuals, scale, explained)


def _long_run(scores: Array) -> Array:
    """Covariance of the sum of the rows of `scores` (n, k), which may be correlated in time.

    Whitened by a first-order autoregression of each column, Bartlett's weights over the
    lag n^(1/3), coloured again: Newey and West, Econometrica 55 (1987) 703; Andrews and
    Monahan, Econometrica 60 (1992) 953.
    """
    rows = len(scores)
    before, after = scores[:-1], scores[1:]
    size = np.maximum((before**2).sum(axis=0), 1e-300)
    keep = np.clip((before * after).sum(axis=0) / size + _BIAS / rows, 0.0, _MOST_KEPT)
    white = np.concatenate([scores[:1], after - keep * before])
    total = white.T @ white
    lags = min(int(rows ** (1 / 3)), rows - 1)
    for lag in range(1, lags + 1):
        shared = white[lag:].T @ white[:-lag]
        total += (1 - lag / (lags + 1)) * (shared + shared.T)
    colour = 1 / (1 - keep)
    return np.asarray(total * np.outer(colour, colour))
