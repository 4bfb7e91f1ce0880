"""Outputs that somebody else drove are led from there to what the controller wants."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from rami.core.points import Point

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]

_LAST, _HELD, _SHIFT, _STEP, _LED, _ROWS = range(6)


class HandOver:
    """Shifts outputs so that a take-over begins at the position found.

    The shift of each output is worked off evenly within `return_s`, all of them at once, so
    that what is shifted between units stays in balance; until an output is where it is wanted
    it moves no faster than its whole range in that time. Whole numbers (running engines) are
    not led. `held` are the outputs that somebody else drives; `active` says whether there is
    anything to do.
    """

    def __init__(
        self,
        points: Sequence[Point],
        period_s: float,
        return_s: float,
        whole: Collection[str] = (),
    ) -> None:
        """`whole` names the points that take whole numbers."""
        count = len(points)
        self._periods = max(return_s / period_s, 1.0)
        self._state = np.zeros((_ROWS, count))
        self._continuous = np.array([p.name not in whole for p in points], bool)
        self._low = np.array([p.low if np.isfinite(p.low) else 0.0 for p in points])
        self._high = np.array([p.high if np.isfinite(p.high) else 1.0 for p in points])
        self._pace = (self._high - self._low) / self._periods
        self.held: Mask = np.zeros(count, bool)
        self.active = False

    def hold(self, positions: Vector, held: Mask | None, now: Vector) -> None:
        """In this period the outputs `held` (all by default) stand at `positions`.

        Where a position is not known (not finite), that of the vector `now` counts.
        """
        known = np.where(np.isfinite(positions), positions, now)
        self.held = np.ones(len(known), bool) if held is None else np.array(held, bool)
        found = np.clip(known, self._low, self._high)
        np.copyto(self._state[_LAST], found, where=self.held)
        self.active = True

    @property
    def positions(self) -> Vector:
        """Where the held outputs stand."""
        found: Vector = self._state[_LAST]
        return found

    def free(self) -> None:
        """From this period on nobody else drives."""
        self.held = np.zeros(len(self.held), bool)

    def lead(self, output: Vector) -> Vector:
        """What is wanted, in place: held ones at their position, led ones on their way.

        Returns what the limit of the pace took away, for the integrators to follow.
        """
        last, before, shift, step, led = self._state
        released = (before > 0.0) & ~self.held & self._continuous
        shift[released] = (last - output)[released]
        step[released] = shift[released] / self._periods
        led[released] = 1.0
        wanted = np.clip(output + shift, self._low, self._high)
        way = np.clip(wanted, last - self._pace, last + self._pace)
        on_way = (led > 0.0) & ~self.held
        np.copyto(output, way, where=on_way)
        np.copyto(output, last, where=released | self.held)
        missing = np.where(on_way, output - wanted, 0.0)
        shift -= step
        over = self.held | (np.abs(shift) < 0.5 * np.abs(step))
        shift[over] = step[over] = 0.0
        led[self.held | (on_way & (missing == 0.0) & (shift == 0.0))] = 0.0
        last[:] = output
        before[:] = self.held
        self.active = bool(self.held.any() or led.any())
        return missing

    def save(self) -> bytes:
        """The whole state."""
        return np.vstack([self._state, self.held]).tobytes()

    def restore(self, state: bytes) -> None:
        """Go back to a saved state."""
        table = np.frombuffer(state).reshape(_ROWS + 1, -1)
        self._state[:] = table[:_ROWS]
        self.held = table[_ROWS] > 0.0
        self.active = bool(table[_HELD:].any())
