"""Change points and trend of a daily series.

Change points: the exact segmentation into constant levels with the least penalised sum of
squares (PELT; Killick, Fearnhead, Eckley 2012), noise taken from first differences and widened
for what consecutive days share. Trend: Theil-Sen slope with Mann-Kendall's test.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, log, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_MAD = 1.4826
#: shortest level, in days
SHORTEST = 5


@dataclass(frozen=True)
class ChangePoint:
    """The level changes at place `at` from `before` to `after`; `sizes` in noise deviations."""

    at: int
    before: float
    after: float
    sizes: float


@dataclass(frozen=True)
class Trend:
    """Theil-Sen slope per step of the series, and the p-value of no trend (two-sided)."""

    slope: float
    p_value: float


def change_points(values: Array, *, shortest: int = SHORTEST) -> list[ChangePoint]:
    """Change points of a series (n,); values that are not finite are left out.

    Series shorter than two levels, or constant, have none.
    """
    places = np.flatnonzero(np.isfinite(values))
    known = values[places]
    if len(known) < 2 * shortest:
        return []
    noise = _noise(known)
    if noise == 0.0:
        noise = 1e-9 * max(1.0, float(np.max(np.abs(known))))
    edges = _segments(known / noise, 3.0 * _widened(known) * log(len(known)), shortest)
    found = []
    for i in range(1, len(edges) - 1):
        before = float(known[edges[i - 1] : edges[i]].mean())
        after = float(known[edges[i] : edges[i + 1]].mean())
        size = abs(after - before) / noise
        found.append(ChangePoint(int(places[edges[i]]), before, after, size))
    return found


def _noise(values: Array) -> float:
    steps = np.diff(values)
    return _MAD * float(np.median(np.abs(steps - np.median(steps)))) / sqrt(2.0)


def _widened(values: Array) -> float:
    """Variance of a mean of an AR(1) series over that of white noise with its differences.

    (1 + r) / (1 - r) for the mean, 1 / (1 - r) for the differences; r is
    taken from differences one and two days apart, which a change of level hardly touches.
    """
    one = float(np.median(np.abs(np.diff(values)))) ** 2
    two = float(np.median(np.abs(values[2:] - values[:-2]))) ** 2
    if one == 0.0:
        return 1.0
    r = min(max(two / one - 1.0, 0.0), 0.9)
    return float((1.0 + r) / (1.0 - r) ** 2)


def _segments(values: Array, penalty: float, shortest: int) -> list[int]:
    count = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    squares = np.concatenate([[0.0], np.cumsum(values**2)])

    def cost(starts: NDArray[np.intp], end: int) -> Array:
        length = end - starts
        total = sums[end] - sums[starts]
        return np.asarray(squares[end] - squares[starts] - total**2 / length)

    best = np.full(count + 1, np.inf)
    best[0] = -penalty
    last = np.zeros(count + 1, np.intp)
    open_starts = np.array([0], np.intp)
    for end in range(shortest, count + 1):
        costs = best[open_starts] + cost(open_starts, end)
        least = int(np.argmin(costs))
        best[end] = costs[least] + penalty
        last[end] = open_starts[least]
        kept = open_starts[costs <= best[end]]
        newest = end - shortest + 1
        if newest >= shortest and np.isfinite(best[newest]):
            kept = np.append(kept, newest)
        open_starts = kept
    edges = [count]
    while edges[-1] > 0:
        edges.append(int(last[edges[-1]]))
    return edges[::-1]


def trend(values: Array) -> Trend:
    """Slope and its significance; NaN and 1 below 4 known values."""
    places = np.flatnonzero(np.isfinite(values))
    if len(places) < 4:
        return Trend(float("nan"), 1.0)
    known = values[places]
    i, j = np.triu_indices(len(known), 1)
    rises = known[j] - known[i]
    slope = float(np.median(rises / (places[j] - places[i])))
    n = len(known)
    score = float(np.sign(rises).sum())
    _, ties = np.unique(known, return_counts=True)
    variance = (
        n * (n - 1) * (2 * n + 5) - float(np.sum(ties * (ties - 1) * (2 * ties + 5)))
    ) / 18.0
    if variance <= 0:
        return Trend(slope, 1.0)
    z = max(abs(score) - 1.0, 0.0) / sqrt(variance)
    return Trend(slope, 1.0 - erf(z / sqrt(2.0)))
