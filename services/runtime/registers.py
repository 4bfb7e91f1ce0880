"""Meter registers that count on when the backend behind them changes."""

from __future__ import annotations

import numpy as np

from rami.asset.live import Vector
from rami.core.points import PointIndex


class Registers:
    """Of each source (`model`, `plant`) an offset per output, so that what is told is
    continuous; zero where the output is no register."""

    def __init__(self, outputs: PointIndex, sources: tuple[str, ...]) -> None:
        self._places = np.flatnonzero([p.cumulative for p in outputs.points])
        self._offset = {s: np.zeros(len(self._places)) for s in sources}

    def shift(self, source: str, values: Vector) -> None:
        """Add the offsets in place."""
        values[self._places] += self._offset[source]

    def take_over(self, source: str, raw: Vector, told: Vector) -> None:
        """From now on `source`, which stands at `raw`, counts on from what was told."""
        fresh = told[self._places] - raw[self._places]
        known = np.isfinite(fresh)
        self._offset[source][known] = fresh[known]

    def save(self) -> bytes:
        """The offsets."""
        return np.concatenate([*self._offset.values()]).tobytes()

    def restore(self, state: bytes) -> None:
        """Go back."""
        parts = np.split(np.frombuffer(state).copy(), len(self._offset))
        self._offset = dict(zip(self._offset, parts, strict=True))
