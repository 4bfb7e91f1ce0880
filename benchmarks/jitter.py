"""Whether one of two loops begins its steps later than the other, from blocks run in turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

_DRAWS = 4000
_SURE = 95.0

Blocks = NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """A percentile of one loop's lateness beside the other's, s.

    `noise` is the ratio that 95 % of the turns' labels drawn anew stay below: what a ratio
    reaches though nothing differs. `bound` and `bound_s` are what ratio and difference stay
    below with 95 %, from turns drawn with replacement. `later` of `turns` blocks had the later
    median; `chance` is that of so many or more if neither loop were the later one.
    """

    ours_s: float
    theirs_s: float
    noise: float
    bound: float
    bound_s: float
    later: int
    turns: int
    chance: float

    @property
    def ratio(self) -> float:
        """Ours to theirs."""
        return self.ours_s / self.theirs_s

    def unchanged(self, factor: float, most_noise: float) -> bool | None:
        """Ratio within `factor` and noise; None where noise hides more than `most_noise`."""
        if self.ratio > factor * self.noise:
            return False
        return None if self.noise > most_noise else True


def compare(ours: Blocks, theirs: Blocks, percentile: float, seed: int = 1) -> Comparison:
    """Blocks of shape (turns, steps), s; row k of both was measured one after the other."""
    random = np.random.default_rng(seed)
    turns = len(ours)
    swapped = np.array(list(_ratios_of_swaps(ours, theirs, percentile, random)))
    drawn = np.array(list(_drawn(ours, theirs, percentile, random)))
    later = int((np.median(ours, axis=1) > np.median(theirs, axis=1)).sum())
    return Comparison(
        float(np.percentile(ours, percentile)),
        float(np.percentile(theirs, percentile)),
        float(np.percentile(swapped, _SURE)),
        float(np.percentile(drawn[:, 0] / drawn[:, 1], _SURE)),
        float(np.percentile(drawn[:, 0] - drawn[:, 1], _SURE)),
        later,
        turns,
        sum(comb(turns, k) for k in range(later, turns + 1)) / 2**turns,
    )


def _ratios_of_swaps(
    ours: Blocks, theirs: Blocks, percentile: float, random: np.random.Generator
) -> Iterator[float]:
    for _ in range(_DRAWS):
        swap = random.integers(0, 2, len(ours)).astype(bool)[:, None]
        a, b = np.where(swap, theirs, ours), np.where(swap, ours, theirs)
        yield float(np.percentile(a, percentile) / np.percentile(b, percentile))


def _drawn(
    ours: Blocks, theirs: Blocks, percentile: float, random: np.random.Generator
) -> Iterator[tuple[float, float]]:
    for _ in range(_DRAWS):
        at = random.integers(0, len(ours), len(ours))
        yield (
            float(np.percentile(ours[at], percentile)),
            float(np.percentile(theirs[at], percentile)),
        )
