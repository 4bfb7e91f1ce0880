"""Values that are set must be numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rami.asset.capability import Vector
from rami.core.errors import ModelError


def refuse_non_finite(twin: str, names: Sequence[str], values: Vector) -> None:
    """ModelError naming the first value that is not finite."""
    finite = np.isfinite(values)
    if not finite.all():
        place = int(np.argmin(finite))
        raise ModelError(
            f"{twin}: {names[place]} is set to {values[place]}; wanted a finite number"
        )
