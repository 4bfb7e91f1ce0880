"""A backend behind which others than our controllers may drive, and a guard limits all."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rami.asset.capability import Vector

Mask = NDArray[np.bool_]


@runtime_checkable
class Arbitrated(Protocol):
    """Tells the loop who drives, so that controllers follow what they do not command."""

    def held(self) -> tuple[Vector, Mask] | None:
        """Before a step: positions, and which inputs somebody else drives; None: nobody does.

        Both of shape (len(inputs),), positions not finite where they are not known.
        """

    def landed(self) -> Vector | None:
        """After a step: the inputs as they were written; None: as they were given."""
