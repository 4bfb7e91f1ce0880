"""Day types: days of alike course, found by clustering, and the weekdays that fall into each.

k-means on daily profiles (Lloyd; start by k-means++, seeded), each profile scaled by the
signal's own spread; the number of types by the mean silhouette (Rousseeuw 1987).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.intp]

#: silhouette below which days count as of one type (Kaufman and Rousseeuw 1990: no structure)
_STRUCTURE = 0.25
_STARTS, _ROUNDS = 8, 100
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class DayType:
    """Days of one type: mean profile (steps of a day), its spread, how many of each weekday."""

    profile: Array
    spread: Array
    days: int
    weekdays: tuple[int, ...]
    mean: float


@dataclass(frozen=True)
class DayTypes:
    """Types by falling number of days; `label` (days,) is -1 for a day that is not whole."""

    types: tuple[DayType, ...]
    label: Labels
    silhouette: float


def day_types(
    table: Array, weekday: Sequence[int] | NDArray[np.intp], *, most: int = 6, seed: int = 0
) -> DayTypes:
    """Types of the days in `table` (days, steps per day); days with NaN take no part.

    `weekday` is 0 (Monday) to 6 of each day. ValueError when fewer than 4 days are whole.
    """
    whole = np.flatnonzero(np.isfinite(table).all(axis=1))
    if len(whole) < 4:
        raise ValueError(f"{len(whole)} whole days; wanted at least 4")
    days = table[whole]
    spread = float(np.std(days)) or 1.0
    scaled = days / spread
    best, score = np.zeros(len(whole), np.intp), _STRUCTURE
    random = np.random.default_rng(seed)
    for count in range(2, min(most, len(whole) // 2) + 1):
        labels = _clustered(scaled, count, random)
        value = silhouette(scaled, labels)
        if value > score + 1e-9:
            best, score = labels, value
    found = score if best.any() else 0.0
    order = sorted(set(best.tolist()), key=lambda c: (-int(np.sum(best == c)), c))
    renamed = np.array([order.index(c) for c in best.tolist()], np.intp)
    label = np.full(len(table), -1, np.intp)
    label[whole] = renamed
    of_week = np.asarray(weekday)[whole]
    types = tuple(_type(days[renamed == c], of_week[renamed == c]) for c in range(len(order)))
    return DayTypes(types, label, found)


def _type(days: Array, weekday: NDArray[np.intp]) -> DayType:
    counts = tuple(int(np.sum(weekday == d)) for d in range(7))
    return DayType(days.mean(axis=0), days.std(axis=0), len(days), counts, float(days.mean()))


def silhouette(points: Array, labels: Labels) -> float:
    """Mean silhouette of a clustering, -1 to 1; 0 for a single cluster."""
    clusters = np.unique(labels)
    if len(clusters) < 2:
        return 0.0
    squares = np.sum(points**2, axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0.0))
    np.fill_diagonal(apart, 0.0)
    sums = np.column_stack([apart[:, labels == c].sum(axis=1) for c in clusters])
    sizes = np.array([np.sum(labels == c) for c in clusters])
    own = np.searchsorted(clusters, labels)
    rows = np.arange(len(points))
    alone = sizes[own] == 1
    within = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    nearest = means.min(axis=1)
    score = (nearest - within) / np.maximum(np.maximum(within, nearest), 1e-300)
    return float(np.mean(np.where(alone, 0.0, score)))


def _clustered(points: Array, count: int, random: np.random.Generator) -> Labels:
    """The best of several starts by the sum of squares."""
    best, least = np.zeros(len(points), np.intp), np.inf
    for _ in range(_STARTS):
        centres = _start(points, count, random)
        labels = _nearest(points, centres)[0]
        for _ in range(_ROUNDS):
            for c in range(count):
                if np.any(labels == c):
                    centres[c] = points[labels == c].mean(axis=0)
            new, _ = _nearest(points, centres)
            if np.array_equal(new, labels):
                break
            labels = new
        cost = float(_nearest(points, centres)[1].sum())
        if cost < least - 1e-12:
            best, least = labels, cost
    return best


def _start(points: Array, count: int, random: np.random.Generator) -> Array:
    chosen = [int(random.integers(len(points)))]
    while len(chosen) < count:
        squares = _nearest(points, points[chosen])[1]
        total = float(squares.sum())
        if total == 0.0:
            chosen.append(int(random.integers(len(points))))
        else:
            chosen.append(int(random.choice(len(points), p=squares / total)))
    return points[chosen].copy()


def _nearest(points: Array, centres: Array) -> tuple[Labels, Array]:
    squares = ((points[:, None, :] - centres) ** 2).sum(axis=2)
    labels = squares.argmin(axis=1)
    return labels, squares[np.arange(len(points)), labels]
