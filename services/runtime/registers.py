"""Meter registers that count on when the backend behind them changes."""

from __future__ import annotations

import numpy as np

from rami.asset.live import Vector
from rami.core.points import PointIndex

#: a register of a plant that falls below this part of what it was has begun anew
_BEGUN_ANEW = 0.1


class Registers:
    """What is told of each register: the count of its source, plus an offset.

    Each register has a source of its own, the plant where it tells the register and is asked,
    else the model. When the source changes, or a plant's register begins anew (a restart), the
    offset changes, so that over that step what is told goes on by what the new source counted,
    or where that is not known by what the model counted.
    """

    def __init__(self, outputs: PointIndex, told: Vector) -> None:
        """`told` is what the model tells at its start."""
        self._places = np.flatnonzero([p.cumulative for p in outputs.points])
        count = len(self._places)
        self._told = told[self._places].copy()
        self._offset = np.zeros(count)
        self._of_plant = np.zeros(count, np.bool_)
        self._model, self._plant = self._told.copy(), np.full(count, np.nan)

    def count(self, into: Vector, model: Vector, plant: Vector | None = None) -> None:
        """Put the registers into the outputs `into`; `model` is what the model counts, `plant`
        what the plant does, NaN where it does not; None: the model is asked. Idempotent."""
        places = self._places
        now = model[places]
        raw, of_plant, anew = now, np.zeros(len(places), np.bool_), np.False_
        if plant is not None:
            shown = plant[places]
            of_plant = np.isfinite(shown)
            raw = np.where(of_plant, shown, now)
            anew = of_plant & (np.abs(shown) < _BEGUN_ANEW * np.abs(self._plant))
        fresh = (of_plant != self._of_plant) | anew
        if fresh.any():
            by_model = now - self._model
            by_model[~np.isfinite(by_model)] = 0.0
            by_plant = raw - self._plant
            own = of_plant & ~anew & np.isfinite(by_plant)
            on = self._told + np.where(own, by_plant, by_model)
            self._offset[fresh] = (on - raw)[fresh]
            self._of_plant = of_plant
        self._told = into[places] = raw + self._offset
        self._model[:] = now
        self.seen(plant)

    def keep(self, into: Vector) -> None:
        """Put them into the outputs `into` as they were told last."""
        into[self._places] = self._told

    def seen(self, plant: Vector | None) -> None:
        """What the plant counts while the model is asked."""
        if plant is not None:
            self._plant[:] = plant[self._places]

    def save(self) -> bytes:
        """The whole state."""
        rows = (self._told, self._offset, self._of_plant, self._model, self._plant)
        return np.vstack(rows).astype(np.float64).tobytes()

    def restore(self, state: bytes) -> None:
        """Go back."""
        told, self._offset, of_plant, self._model, self._plant = (
            np.frombuffer(state).reshape(5, -1).copy()
        )
        self._told, self._of_plant = told, of_plant > 0.0
