"""Heun's method with step control: another solver than that of the models.

Being a Runge-Kutta method it keeps every linear invariant, so that registers and stored energy
close to round-off whatever the step (Hairer, Lubich, Wanner: Geometric Numerical Integration,
IV.1.2).
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from rami.core.errors import ModelError

Numbers = list[float]

#: error of a step that is accepted, K (difference to Euler's method)
TOLERANCE = 0.02
_SMALLEST, _FIRST, _LARGEST = 0.02, 0.5, 10.0


class Heun:
    """Integrates dx/dt = rates(x); the first `controlled` states are under error control."""

    def __init__(self, controlled: int) -> None:
        self._controlled = controlled
        self.step_s = _FIRST

    def advance(self, rates: Callable[[Numbers], Numbers], x: Numbers, seconds: float) -> Numbers:
        """The states `seconds` later. Raises ModelError when they are no longer finite."""
        left, h, n = seconds, self.step_s, self._controlled
        k1 = rates(x)
        while left > 1e-9 * seconds:
            cut = h >= left
            h_now = left if cut else h
            k2 = rates([a + h_now * b for a, b in zip(x, k1, strict=True)])
            error = max(abs(a - b) for a, b in zip(k1[:n], k2[:n], strict=True)) * 0.5 * h_now
            if not isfinite(error):
                raise ModelError("the emulated plant's temperatures are no longer finite")
            if error > TOLERANCE and h_now > _SMALLEST:
                h = max(_SMALLEST, h_now * max(0.2, 0.9 * (TOLERANCE / error) ** 0.5))
                continue
            x = [a + 0.5 * h_now * (b + c) for a, b, c in zip(x, k1, k2, strict=True)]
            left -= h_now
            grown = h_now * min(2.0, 0.9 * (TOLERANCE / (error + 1e-12)) ** 0.5)
            # a step cut short by the end says nothing against the longer one
            h = min(_LARGEST, max(h, grown) if cut else max(_SMALLEST, grown))
            if left > 1e-9 * seconds:
                k1 = rates(x)
        self.step_s = h
        return x
