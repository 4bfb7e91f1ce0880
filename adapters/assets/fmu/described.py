"""What stepping needs to know of an FMU: plain data, loads neither FMI library nor schema."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Variables:
    """Value references of some points, and canonical = factor x value + offset."""

    references: NDArray[np.uint32]
    factor: NDArray[np.float64]
    offset: NDArray[np.float64]

    @property
    def canonical(self) -> bool:
        """Whether every variable already comes in its canonical unit."""
        return bool(np.all(self.factor == 1.0) and np.all(self.offset == 0.0))


@dataclass(frozen=True)
class Interface:
    """What stepping needs to know of an FMU.

    `snapshots`: it says that it can serialise its state; `step_size` of its own experiment, s.
    `ours`: made by rami-twins, so that it refuses inputs that are not finite.
    """

    identifier: str
    guid: str
    library: str
    inputs: Variables
    outputs: Variables
    snapshots: bool
    ours: bool
    version: str = "2.0"
    step_size: float | None = None
