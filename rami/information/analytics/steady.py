"""Which intervals tell something of a component: good values, running, steady."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Frame
from rami.core.quality import is_bad

#: intervals needed before anything is learned
FEWEST = 40


def usable(frame: Frame, names: Sequence[str]) -> NDArray[np.bool_]:
    """Intervals in which every one of the columns is finite and not bad, (count,)."""
    fine = np.ones(frame.grid.count, bool)
    for name in names:
        place = frame.place(name)
        fine &= np.isfinite(frame.values[:, place]) & ~is_bad(frame.quality[:, place])
    return fine


def steady(values: NDArray[np.float64], most: float) -> NDArray[np.bool_]:
    """Intervals whose value differs from both neighbours by at most `most`."""
    change = np.abs(np.diff(values))
    after = np.concatenate([change, [0.0]])
    before = np.concatenate([[0.0], change])
    return np.asarray((before <= most) & (after <= most))


def span(values: NDArray[np.float64], unit: str) -> tuple[float, float, str]:
    """5th to 95th percentile with unit: the range in which a curve holds."""
    low, high = np.percentile(values, [5, 95])
    return float(low), float(high), unit
