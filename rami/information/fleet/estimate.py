"""Intervals of meters that told nothing: their own level times what their group does then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.information.fleet.growth import ESTIMATED, UNKNOWN, Growth

#: fewer measured customers of a group tell nothing about its others
_FEWEST = 5


def completed(found: Growth, starts: NDArray[np.int64]) -> Growth:
    """Growth without unknown intervals, as far as anybody told anything.

    `starts` are the places of each group's first meter; meters stand group by group.

        e(m, t) = level(m) * sum_j e(j, t) / sum_j level(j),   j measured, of the same group

    A meter without level is an average one; in a group of which fewer than 5 tell, all meters
    of the table stand for it.
    """
    missing = found.grade == UNKNOWN
    if not missing.any():
        return found
    sizes = np.diff(starts, append=len(found.level))
    group = np.repeat(np.arange(len(starts)), sizes)
    level = _levels(found.level, starts, sizes)
    told = np.where(missing, 0.0, found.energy)
    weight = np.where(missing, 0.0, level[:, None])
    count = np.add.reduceat((~missing).astype(np.int64), starts, axis=0)
    sums, weights = (np.add.reduceat(x, starts, axis=0) for x in (told, weight))
    few = count < _FEWEST
    sums = np.where(few, told.sum(axis=0), sums)
    weights = np.where(few, weight.sum(axis=0), weights)
    any_told = np.where(few, (~missing).sum(axis=0) > 0, True)
    ratio = np.where(weights > 0, sums / np.where(weights > 0, weights, 1.0), 0.0)
    ratio = np.where(any_told, ratio, np.nan)
    guess = level[:, None] * ratio[group]
    usable = missing & np.isfinite(guess)
    grade = found.grade.copy()
    grade[usable] = ESTIMATED
    return Growth(np.where(usable, guess, found.energy), grade, found.level)


def _levels(level: Values, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Values:
    """Levels; the mean of the group where one is not known, of all where none is."""
    known = np.isfinite(level)
    total = np.add.reduceat(np.where(known, level, 0.0), starts)
    count = np.add.reduceat(known.astype(np.int64), starts)
    overall = float(level[known].mean()) if known.any() else 1.0
    # where nobody's is known all count alike
    mean = np.where(count > 0, total / np.maximum(count, 1), overall)
    return np.where(known, level, np.repeat(mean, sizes))
