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

    Outliers count less and less the further off they are. Standard errors are the sandwich
    estimate for M-estimators, so that unequal noise does not make them small.
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
    pull = weights * residuals
    inside = (np.abs(residuals) <= HUBER * max(scale, floor)).astype(float)
    bread = np.linalg.pinv((scaled * inside[:, None]).T @ scaled)
    meat = (scaled * (pull**2)[:, None]).T @ scaled
    errors = np.sqrt(np.maximum(np.diag(bread @ meat @ bread), 0.0))
    spread = float(np.sum(weights * (wanted - np.average(wanted, weights=weights)) ** 2))
    explained = 1.0 - float(np.sum(weights * residuals**2)) / spread if spread > 0 else 1.0
    return Fit(coefficients / size, errors / size, residuals, scale, explained)
