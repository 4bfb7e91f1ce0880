"""Filling short gaps, and finding those that are too long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values

Method = Literal["hold", "linear"]


@dataclass(frozen=True)
class Gap:
    """`count` missing values from place `first` on."""

    first: int
    count: int


def find_gaps(values: Values) -> list[Gap]:
    """Runs of values that are not finite."""
    missing = np.concatenate([[False], ~np.isfinite(values), [False]])
    edges = np.flatnonzero(missing[1:] != missing[:-1])
    pairs = edges.reshape(-1, 2)
    return [Gap(int(a), int(b - a)) for a, b in pairs]


def fill_gaps(
    values: Values, longest: int, method: Method
) -> tuple[Values, NDArray[np.bool_], list[Gap]]:
    """Fill gaps of at most `longest` values between two known ones.

    `hold` repeats the value before, `linear` draws a line across. Returns the filled copy,
    where it was filled, and the gaps that stay (too long, or without a value on one side).
    """
    filled = values.copy()
    mask = np.zeros(values.shape, bool)
    stay = []
    for gap in find_gaps(values):
        end = gap.first + gap.count
        if gap.count > longest or gap.first == 0 or end == len(values):
            stay.append(gap)
            continue
        before, after = values[gap.first - 1], values[end]
        share = np.arange(1, gap.count + 1) / (gap.count + 1)
        filled[gap.first : end] = before if method == "hold" else before + share * (after - before)
        mask[gap.first : end] = True
    return filled, mask, stay
