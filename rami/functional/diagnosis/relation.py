"""Relations between points of one component that hold whatever the controllers do.

Each is judged by its residual: 100 ln(measured / expected) in %, or a difference in K. A fault of
a sensor moves every relation that the sensor stands in; a fault of the component moves the one
that describes it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Columns = Mapping[str, Values]


class FaultKind(StrEnum):
    """What a component or sensor may suffer from."""

    FOULING = "fouling"
    WEAR = "wear"
    EFFICIENCY = "efficiency"
    STUCK = "stuck"
    DRIFT = "drift"


class Quantity(StrEnum):
    """What a member measures, as far as its errors go."""

    TEMPERATURE = "temperature"
    FLOW = "mass_flow"
    POWER = "power"
    POSITION = "share"
    GIVEN = "given"


@dataclass(frozen=True)
class Member:
    """A point in a relation; `nominal` in its unit says what is much of it."""

    point: str
    quantity: Quantity
    nominal: float = 1.0


@dataclass(frozen=True)
class Loss:
    """A fault of the component itself: so many % less of what the residual compares.

    `sign` is +1 where only a loss is possible, -1 where only a gain is, 0 for both.
    """

    kind: FaultKind
    component: str
    sign: int = 1


@dataclass(frozen=True)
class Relation(ABC):
    """`members` in a fixed order; `losses` of the component that lower the residual;
    `floor` is what residuals of blocks scatter at least, in `unit`."""

    name: str
    members: tuple[Member, ...]
    losses: tuple[Loss, ...] = ()
    unit: str = "%"
    floor: float = 0.4

    @property
    def points(self) -> tuple[str, ...]:
        """Names of the members."""
        return tuple(m.point for m in self.members)

    @abstractmethod
    def residual(self, c: Columns) -> Values:
        """By window; NaN where it cannot be judged."""

    def shape(self, c: Columns) -> tuple[tuple[Values, float], ...]:
        """What is learned of the healthy component beside a constant: terms by window, each
        with the standard deviation that its factor may have."""
        return ()


def log_ratio(measured: Values, expected: Values, judged: NDArray[np.bool_]) -> Values:
    """100 ln(measured / expected) where judged and both positive, else NaN."""
    ok = judged & (measured > 0.0) & (expected > 0.0)
    out = np.full(len(measured), np.nan)
    out[ok] = 100.0 * np.log(measured[ok] / expected[ok])
    return out
