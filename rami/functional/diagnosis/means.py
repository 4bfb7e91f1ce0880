"""Samples of all points made into means by window, and windows into blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.quality import Qualities, is_bad

Values = NDArray[np.float64]

#: share of a window's samples that must be usable
_USABLE = 0.5


class Means:
    """Collects; `add` gives a finished block's windows, shape (windows, points), or None.

    A window belongs to the block its start lies in; windows without samples are NaN, as are
    points of which less than half of the samples were usable. Blocks count from the epoch.
    """

    def __init__(self, count: int, window_ns: int, block_ns: int) -> None:
        self._window_ns, self._per_block = window_ns, max(1, block_ns // window_ns)
        self.sum, self.known = np.zeros(count), np.zeros(count)
        self.samples = 0
        self.window = -1
        self.rows = np.full((self._per_block, count), np.nan)

    @property
    def block(self) -> int:
        """Number of the block that is being collected; -1 before the first sample."""
        return self.window // self._per_block if self.window >= 0 else -1

    def start_ns(self, block: int) -> int:
        """When a block starts."""
        return block * self._per_block * self._window_ns

    def add(self, ns: int, values: Values, quality: Qualities) -> Values | None:
        """A sample of all points."""
        window = ns // self._window_ns
        finished = None
        if window != self.window:
            finished = self._turn(window)
        usable = np.isfinite(values) & ~is_bad(quality)
        self.sum += np.where(usable, values, 0.0)
        self.known += usable
        self.samples += 1
        return finished

    def end(self) -> Values | None:
        """No more samples will come: what has been collected of the last block."""
        return self._turn(-1) if self.window >= 0 else None

    def _turn(self, window: int) -> Values | None:
        before = self.block
        if self.window >= 0:
            enough = self.known >= max(1.0, _USABLE * self.samples)
            mean = self.sum / np.maximum(self.known, 1.0)
            self.rows[self.window % self._per_block] = np.where(enough, mean, np.nan)
        self.sum[:], self.known[:], self.samples = 0.0, 0.0, 0
        self.window = window
        if before < 0 or self.block == before:
            return None
        finished = self.rows.copy()
        self.rows[:] = np.nan
        return finished
