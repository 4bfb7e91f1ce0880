"""Where each input stands: as last written, unless the plant shows for long enough otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from rami.asset.live import Mask, Observation, Vector
from rami.core.quality import is_bad


class Positions:
    """Values from which the next change starts, NaN where nothing is known.

    A plant shows a written value late, and somebody else may set the input: a read-back that
    differs by more than `tolerance` counts from the time `settling_ns` after it first did. A
    command that was lost may have arrived: there the read-back counts at once.
    """

    def __init__(self, tolerance: Vector, settling_ns: int) -> None:
        self.values = np.full(len(tolerance), np.nan)
        self.unsure = np.zeros(len(tolerance), np.bool_)
        self._tolerance = tolerance
        self._settling = settling_ns
        self._since = np.zeros(len(tolerance), np.int64)

    def known(self) -> Vector:
        """The values, NaN where a command was lost and the plant has not shown what it holds."""
        return np.where(self.unsure, np.nan, self.values) if self.unsure.any() else self.values

    def look(self, shown: Observation, now: int) -> tuple[Mask, Vector] | None:
        """Take a read-back in; which inputs somebody else has moved and from where, if any."""
        differs = np.abs(shown.values - self.values) <= self._tolerance
        np.logical_not(differs, out=differs)  # also where either is not known
        if not differs.any():
            self._since.fill(0)
            if self.unsure.any():
                self.unsure &= is_bad(shown.quality)
            return None
        usable = np.isfinite(shown.values) & ~is_bad(shown.quality)
        differs &= usable
        new = np.isnan(self.values) | self.unsure
        self._since[~differs] = 0
        self._since[differs & (self._since == 0)] = now
        moved = differs & ~new & (now - self._since >= self._settling)
        taken = usable & (new | moved)
        before = self.values.copy()
        self.values[taken] = shown.values[taken]
        self.unsure[taken] = False
        self._since[taken] = 0
        return (moved, before) if moved.any() else None

    def forget(self) -> None:
        """Nothing is known any more."""
        self.values.fill(np.nan)
        self.unsure.fill(False)
        self._since.fill(0)

    def state(self) -> dict[str, Any]:
        """All of it in plain terms."""
        return {
            "values": [None if v != v else v for v in self.values.tolist()],
            "unsure": self.unsure.tolist(),
            "since": self._since.tolist(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state of the same inputs."""
        self.values[:] = np.array(state["values"], np.float64)
        self.unsure[:] = state["unsure"]
        self._since[:] = state["since"]
