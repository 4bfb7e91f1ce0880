"""Points: one named quantity of a component; a twin's points compile to one index.

Names are resolved once, when a site is assembled; a step moves whole vectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING

from rami.core.units import unit_of
from rami.core.wording import did_you_mean

if TYPE_CHECKING:  # reading a site file needs points, but no arrays
    import numpy as np
    from numpy.typing import NDArray


class Direction(StrEnum):
    """Which way a value flows, seen from the plant."""

    MEASURED = "measured"
    ACTUATED = "actuated"
    DISTURBANCE = "disturbance"
    DERIVED = "derived"


@dataclass(frozen=True)
class Point:
    """One quantity of a component, e.g. `hex_dhs_in.T_cold_out`.

    `name` is unique within a twin (`component.quantity`); `quantity` is one of
    `rami.core.units.CANONICAL`; `low`/`high` bound what is physically possible; `cumulative`
    marks a meter register.
    """

    name: str
    quantity: str
    direction: Direction = Direction.MEASURED
    description: str = ""
    low: float = -inf
    high: float = inf
    start: float = 0.0
    cumulative: bool = False

    @property
    def unit(self) -> str:
        """Canonical unit."""
        return unit_of(self.quantity)

    def under(self, component: str) -> Point:
        """The same point with the component's name before its own."""
        return replace(self, name=f"{component}.{self.name}")


class PointIndex:
    """Ordered, unique point names with their places in a vector."""

    def __init__(self, points: Iterable[Point]) -> None:
        self.points: tuple[Point, ...] = tuple(points)
        self.names: tuple[str, ...] = tuple(p.name for p in self.points)
        self._place = {name: i for i, name in enumerate(self.names)}
        if len(self._place) != len(self.names):
            twice = sorted({n for n in self.names if self.names.count(n) > 1})
            raise ValueError(f"points given twice: {', '.join(twice)}")

    def __len__(self) -> int:
        return len(self.points)

    def __contains__(self, name: object) -> bool:
        return name in self._place

    def __getitem__(self, name: str) -> int:
        try:
            return self._place[name]
        except KeyError:
            raise KeyError(f"no point {name!r}; {did_you_mean(name, self.names)}") from None

    def places(self, names: Sequence[str]) -> NDArray[np.intp]:
        """Places of several names, for gather and scatter; KeyError with a hint."""
        import numpy as np

        return np.array([self[n] for n in names], np.intp)

    def starts(self) -> NDArray[np.float64]:
        """Start values, shape (len,)."""
        import numpy as np

        return np.array([p.start for p in self.points], np.float64)
