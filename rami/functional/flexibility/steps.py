"""Values that each hold for a length of their own, as means over the steps of a grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rami.core.frame import Values
from rami.core.timegrid import TimeGrid


def over(
    grid: TimeGrid, start_ns: int, lengths: Sequence[float], values: Sequence[float]
) -> Values:
    """Means over a grid's steps of values that each hold for a length (ms); the first and the
    last one go on outside."""
    edges = start_ns + np.concatenate([[0], np.cumsum(np.array(lengths, float))]) * 1e6
    steps = grid.start_ns + np.arange(grid.count + 1) * float(grid.step_ns)
    inner = np.concatenate([[0.0], np.cumsum(np.diff(edges) * np.array(values))])
    at = np.interp(steps, edges, inner)
    at += np.minimum(steps - edges[0], 0.0) * values[0]
    at += np.maximum(steps - edges[-1], 0.0) * values[-1]
    return np.asarray(np.diff(at) / grid.step_ns)
