"""The filter's arithmetic: mean and covariance, prediction and update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Update:
    """What measurements change: `change` of the mean, the covariance after them, innovations in
    their own standard deviations, and the normalised innovation squared."""

    change: Vector
    covariance: Matrix
    innovations: Vector
    nis: float


def predicted(covariance: Matrix, transition: Matrix, noise: Matrix) -> Matrix:
    """The covariance one step later."""
    return symmetric(transition @ covariance @ transition.T + noise)


def updated(covariance: Matrix, h: Matrix, residual: Vector, variance: Vector) -> Update:
    """Take in measurements with independent errors.

    `h` has shape (measurements, states); `residual` is measured less predicted. Joseph's form,
    which keeps the covariance positive (Bucy and Joseph, Filtering for Stochastic Processes,
    1968).
    """
    if len(residual) == 0:
        return Update(np.zeros(len(covariance)), covariance, residual, 0.0)
    # measurements in units of their own error, so that their covariance is the identity
    scale = 1.0 / np.sqrt(variance)
    rows, surprise = h * scale[:, None], residual * scale
    across = covariance @ rows.T
    total = rows @ across
    total[np.arange(len(total)), np.arange(len(total))] += 1.0
    gain = np.linalg.solve(total, across.T).T
    kept = np.eye(len(covariance)) - gain @ rows
    after = kept @ covariance @ kept.T + gain @ gain.T
    weighted = np.linalg.solve(total, surprise)
    return Update(
        gain @ surprise,
        symmetric(after),
        surprise / np.sqrt(np.diagonal(total)),
        float(surprise @ weighted),
    )


def symmetric(matrix: Matrix) -> Matrix:
    """The matrix without what round-off made of its symmetry."""
    return 0.5 * (matrix + matrix.T)
