"""From a linear model with process noise to one step of it: transition and covariance."""

from __future__ import annotations

from math import ceil, log2

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

#: norm of a x seconds below which series are used
_SMALL = 0.5


def discretise(a: Matrix, q: Matrix, seconds: float) -> tuple[Matrix, Matrix]:
    """exp(a h), and the integral over s in [0, h] of exp(a s) diag(q) exp(a s)^T, h = `seconds`.

    `a` has shape (n, n), `q` holds the n intensities per second. Both are found for a short
    time (Pade approximant of degree 3; Simpson's rule, which stays positive) and doubled, exactly
    (C. F. Van Loan, IEEE Trans. Automatic Control 23 (1978) 395).
    """
    n = len(a)
    norm = float(np.abs(a).sum(axis=1).max(initial=0.0)) * seconds
    doublings = max(0, ceil(log2(norm / _SMALL))) if norm > 0.0 else 0
    h = seconds / 2**doublings
    half = _exponential(a * (0.5 * h))
    whole = half @ half
    covariance = (4.0 * (half * q) @ half.T + (whole * q) @ whole.T) * (h / 6.0)
    covariance[np.arange(n), np.arange(n)] += q * (h / 6.0)
    for _ in range(doublings):
        covariance += whole @ covariance @ whole.T
        whole = whole @ whole
    return whole, 0.5 * (covariance + covariance.T)


def _exponential(x: Matrix) -> Matrix:
    one, square = np.eye(len(x)), x @ x
    even, odd = 120.0 * one + 12.0 * square, x @ (60.0 * one + square)
    found: Matrix = np.asarray(np.linalg.solve(even - odd, even + odd), np.float64)
    return found
