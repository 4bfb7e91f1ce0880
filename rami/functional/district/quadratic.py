"""Many small convex quadratic programmes at once, by operator splitting.

    min 1/2 x' P x + q' x   with   low <= A x <= high        for each of n, all of one size

Stellato et al., OSQP: an operator splitting solver for quadratic programs, Math. Prog. Comp. 12
(2020), without its scaling: rows and columns are of order one here.
"""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values

_SIGMA, _RELAX = 1e-6, 1.6


class Quadratics:
    """`rows` A (n, m, k). `P` is given by `curve`; a new curve costs one inversion of n matrices
    of k x k. Iterations go on from the last solution."""

    def __init__(self, rows: Values, weight: float = 0.3) -> None:
        self.rows, self.weight = rows, weight
        n, m, k = rows.shape
        self._gram = weight * np.einsum("nmi,nmj->nij", rows, rows, optimize=True)
        self._gram += _SIGMA * np.eye(k)
        self.x, self.z, self.y = np.zeros((n, k)), np.zeros((n, m)), np.zeros((n, m))
        self._inverse = np.empty((0, 0, 0))

    def curve(self, quadratic: Values) -> None:
        """Take P (n, k, k)."""
        self._inverse = np.linalg.inv(quadratic + self._gram)

    def solve(self, linear: Values, low: Values, high: Values, iterations: int) -> Values:
        """X (n, k) after so many iterations."""
        x, z, y, rows, weight = self.x, self.z, self.y, self.rows, self.weight
        for _ in range(iterations):
            right = _SIGMA * x - linear + _back(rows, weight * z - y)
            step = _through(self._inverse, right)
            ahead = _through(rows, step)
            x = _RELAX * step + (1 - _RELAX) * x
            mixed = _RELAX * ahead + (1 - _RELAX) * z
            z = np.clip(mixed + y / weight, low, high)
            y = y + weight * (mixed - z)
        self.x, self.z, self.y = x, z, y
        return x


def _through(matrices: Values, vectors: Values) -> Values:
    return np.asarray((matrices @ vectors[:, :, None])[:, :, 0])


def _back(matrices: Values, vectors: Values) -> Values:
    return np.asarray((vectors[:, None, :] @ matrices)[:, 0, :])
