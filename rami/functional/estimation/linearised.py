"""What an estimator needs of a model: to step it, to set its state, its matrices at a point."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Readable, Stateful, Steppable, Vector, Writable
from rami.core.points import PointIndex

Matrix = NDArray[np.float64]


class EstimatedModel(Readable, Writable, Steppable, Stateful, Protocol):
    """A model of the plant, not the one that runs: the estimator steps it as it likes."""


class Matrices(Protocol):
    """dx' = a dx + b du, dy = c dx + d du around a point, per second."""

    @property
    def a(self) -> Matrix:
        """Shape (states, states)."""

    @property
    def b(self) -> Matrix:
        """Shape (states, inputs)."""

    @property
    def c(self) -> Matrix:
        """Shape (outputs, states); the row of a register is zero."""

    @property
    def d(self) -> Matrix:
        """Shape (outputs, inputs)."""


class Linearised(Protocol):
    """A model's exact matrices at any point."""

    @property
    def state_points(self) -> PointIndex:
        """The states, in order."""

    @property
    def inputs(self) -> PointIndex:
        """The inputs, in order."""

    @property
    def outputs(self) -> PointIndex:
        """The outputs, in order."""

    def __call__(self, inputs: Vector, states: Vector) -> Matrices:
        """The matrices at a point."""
