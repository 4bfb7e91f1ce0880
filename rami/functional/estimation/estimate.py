"""What an estimator says after a step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """State with standard deviation, in the order of the model's `state_points`.

    In the order of the estimator's `compared` points: `innovations` (measured less predicted, in
    standard deviations of what was expected) and `mismatch` (measured less the model's output at
    the estimated state, canonical units); NaN where nothing usable was measured. `nis` is the
    normalised innovation squared of `count` measurements; `high` what it exceeds once in a
    hundred times when the model is as good as declared.
    """

    state: Vector
    std: Vector
    innovations: Vector
    mismatch: Vector
    nis: float
    count: int
    high: float

    @property
    def consistent(self) -> bool:
        """Whether the measurements are as far from the prediction as was to be expected."""
        return self.nis <= self.high


def chi2_high(count: int) -> float:
    """99 % quantile of chi-square with `count` degrees of freedom (Wilson and Hilferty 1931)."""
    if count == 0:
        return 0.0
    spread = 2.0 / (9.0 * count)
    return float(count * (1.0 - spread + 2.3263 * np.sqrt(spread)) ** 3)
