"""Declared fidelity and noise as the vectors that a filter works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.points import Point
from rami.integration.fidelity_settings import Fidelity
from rami.integration.tolerance import Tolerance, tolerances_of

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

#: a model's state may wander by what it may be off within this time even where it rests, s
_LONGEST = 86400.0


@dataclass(frozen=True)
class Bounds:
    """Tolerances of some points as vectors: the larger of `amount` and `share` of the value."""

    amount: Vector
    share: Vector

    @classmethod
    def of(cls, tolerances: Sequence[Tolerance]) -> Bounds:
        """In the order given."""
        return cls(
            np.array([t.amount for t in tolerances]), np.array([t.share for t in tolerances])
        )

    def at(self, values: Vector) -> Vector:
        """The tolerances at these values."""
        return np.maximum(self.amount, self.share * np.abs(values))


def state_scale(states: Sequence[Point], settings: Fidelity) -> Vector:
    """What each state may be off: the unit in which the filter measures it."""
    tolerances = tolerances_of(states, settings).fidelity
    return np.array([t.at(p.start) for t, p in zip(tolerances, states, strict=True)])


def intensities(a: Matrix) -> Vector:
    """Process noise per second of states measured in what they may be off.

    A state that forgets with the rate |a_ii| wanders by its declared fidelity (standard
    deviation 1) when its noise has the intensity 2 |a_ii|.
    """
    return 2.0 * np.maximum(np.abs(np.diagonal(a)), 1.0 / _LONGEST)


def variances(c: Matrix, d: Matrix, noise: Vector, fidelity: Vector) -> Vector:
    """Variance of each measurement, rows of `c` and `d` in the order of the measurements.

    What tells one state and nothing else has the noise of its sensor; everything else the
    declared error of the model's own equation as well.
    """
    entries = c != 0.0
    alone = (entries.sum(axis=1) == 1) & ~(d != 0.0).any(axis=1)
    alone &= np.abs(c.sum(axis=1) - 1.0) < 1e-12
    return np.asarray(noise**2 + np.where(alone, 0.0, fidelity**2))
