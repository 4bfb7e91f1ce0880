"""RODAS3 in numpy: the FMU's method (runtime/rodas3.h), step for step, with dense matrices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.errors import ModelError

Vector = NDArray[np.float64]

TOLERANCE = 0.01
FIRST_SUBSTEP = 4.0
SMALLEST_SUBSTEP = 0.25
MOST_SUBSTEPS = 500


@dataclass(frozen=True)
class System:
    """`rate(x)`; `jacobian(x)` of all rates by the first `dynamic` states.

    The first `controlled` states are under error control. Registers follow the dynamic
    states and feed nothing.
    """

    rate: Callable[[Vector], Vector]
    jacobian: Callable[[Vector], Vector]
    dynamic: int
    controlled: int


def integrate(system: System, x: Vector, length: float) -> Vector:
    """The states after `length` seconds; ModelError when it does not converge."""
    done, h = 0.0, min(FIRST_SUBSTEP, length)
    for _ in range(MOST_SUBSTEPS):
        if length - done <= 1e-9 * length:
            return x
        if length - done < 1.01 * h:
            h = length - done
        after, error = _substep(system, x, h)
        factor = 0.8 * float(np.cbrt(TOLERANCE / (error + 1e-12)))
        if not error <= TOLERANCE and h > SMALLEST_SUBSTEP:
            h = max(SMALLEST_SUBSTEP, h * (factor if factor > 0.15 else 0.15))
            continue
        if not np.isfinite(after).all():
            raise ModelError(f"state {int(np.argmin(np.isfinite(after)))} is not finite")
        x, done = after, done + h
        h = max(SMALLEST_SUBSTEP, h * min(4.0, max(factor, 0.15)))
    raise ModelError(f"more than {MOST_SUBSTEPS} sub-steps in a step of {length} s")


def _substep(system: System, x: Vector, h: float) -> tuple[Vector, float]:
    n, c, q = system.dynamic, 2.0 / h, 1.0 / h
    jacobian = system.jacobian(x)
    inverse = np.linalg.inv(c * np.eye(n) - jacobian[:n])
    rows = jacobian[n:]

    def stage(right: Vector) -> Vector:
        k = inverse @ right[:n]
        return np.concatenate([k, (right[n:] + rows @ k) / c])

    rate = system.rate(x)
    k1 = stage(rate)
    k2 = stage(rate + 4.0 * q * k1)
    y = x + 2.0 * k1
    k3 = stage(system.rate(y) + q * (k1 - k2))
    y = y + k3
    k4 = stage(system.rate(y) + q * (k1 - k2 - (8.0 / 3.0) * k3))
    return y + k4, float(np.max(np.abs(k4[: system.controlled]), initial=0.0))
