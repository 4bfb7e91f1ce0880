"""The filter's arithmetic: mean and covariance, prediction and update."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

#: standard deviations from its prediction at which a measurement is believed less
OUTLYING = 5.0


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
    n = len(covariance)
    # the gain by a system of the states' size: there are more measurements than states
    gain = np.linalg.solve(np.eye(n) + across @ rows, across)
    kept = np.eye(n) - gain @ rows
    after = kept @ covariance @ kept.T + gain @ gain.T
    change = gain @ surprise
    expected = 1.0 + np.einsum("ij,ji->i", rows, across)
    nis = float(surprise @ (surprise - rows @ change))
    return Update(change, symmetric(after), surprise / np.sqrt(expected), max(nis, 0.0))


def robust(covariance: Matrix, h: Matrix, residual: Vector, variance: Vector) -> Update:
    """As `updated`, but a measurement further than `OUTLYING` from its prediction, in standard
    deviations, is believed so much less that it lies there; innovations and their square are told
    as they were. After P. J. Huber, Annals of Mathematical Statistics 35 (1964) 73."""
    plain = updated(covariance, h, residual, variance)
    distance = np.abs(plain.innovations)
    far = distance > OUTLYING
    if not far.any():
        return plain
    expected = np.ones(len(residual))
    expected[far] = (residual[far] / distance[far]) ** 2
    widened = variance + expected * np.where(far, (distance / OUTLYING) ** 2 - 1.0, 0.0)
    held = updated(covariance, h, residual, widened)
    return Update(held.change, held.covariance, plain.innovations, plain.nis)


def symmetric(matrix: Matrix) -> Matrix:
    """The matrix without what round-off made of its symmetry."""
    return 0.5 * (matrix + matrix.T)
