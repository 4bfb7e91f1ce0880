"""What a backend can do, found out by asking (`isinstance` against these), not by class."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rami.core.points import PointIndex

Vector = NDArray[np.float64]

#: output in which a plant model tells its stored energy, kWh; with the registers of all that
#: crosses the plant's boundary it closes the energy balance
STORED = "balance.stored"


@runtime_checkable
class Readable(Protocol):
    """Holds values; `outputs` names them in order."""

    outputs: PointIndex

    def read(self) -> Vector:
        """The present values, canonical units, shape (len(outputs),); valid until the next call."""


@runtime_checkable
class Writable(Protocol):
    """Takes values; `inputs` names them in order."""

    inputs: PointIndex

    def write(self, values: Vector) -> None:
        """Set all inputs at once, canonical units; refuses values that are not finite."""


@runtime_checkable
class Steppable(Protocol):
    """Has a time of its own that can be moved on."""

    def step(self, inputs: Vector, seconds: float) -> Vector:
        """Hold `inputs` for `seconds`, return the outputs after it.

        The returned vector is a buffer that the next call overwrites. Raises ModelError.
        """


@runtime_checkable
class Stateful(Protocol):
    """Tells its continuous state and takes another; `state_points` names it in order.

    The state is what the future follows from, temperatures and lags; registers and time are
    not part of it.
    """

    state_points: PointIndex

    def state(self) -> Vector:
        """The present state, canonical units, shape (len(state_points),); a copy."""

    def set_state(self, state: Vector) -> None:
        """Go on from this state; registers, time and inputs stay. Raises ModelError for values
        that are not finite."""


@runtime_checkable
class Snapshotable(Protocol):
    """Can save its whole state and go back to it."""

    def save(self) -> bytes:
        """The state as bytes; restoring them gives the same future, bit for bit."""

    def restore(self, state: bytes) -> None:
        """Go back to a saved state. Raises ModelError when it belongs to another model."""
