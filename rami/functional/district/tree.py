"""A network's tree as arrays: who follows whom, what each section holds, loses, carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.district.declaration import Water
from rami.asset.water import DENSITY, HEAT_CAPACITY
from rami.core.frame import Values

#: kWh per kg and K
CAPACITY = HEAT_CAPACITY / 3600


@dataclass(frozen=True)
class Tree:
    """Sections from the plant outwards: `after[i] < i`, -1 at the plant. `mass` kg and `loss`
    kW/K are of one pipe; `flow_max` kg/s; `drop` bar at that flow."""

    names: tuple[str, ...]
    after: NDArray[np.intp]
    mass: Values
    loss: Values
    flow_max: Values
    drop: Values
    ground: float

    @property
    def count(self) -> int:
        """Number of sections."""
        return len(self.names)

    def path(self) -> NDArray[np.bool_]:
        """Entry [i, j]: section j lies on the way from the plant to the end of section i."""
        on = np.eye(self.count, dtype=bool)
        for i, before in enumerate(self.after):
            if before >= 0:
                on[i] |= on[before]
        return on

    def flows(self, drawn: Values) -> Values:
        """Flow through each section from what is drawn at the ends; first axis sections."""
        total = np.array(drawn, float)
        for i in range(self.count - 1, -1, -1):
            if self.after[i] >= 0:
                total[self.after[i]] += total[i]
        return total


def tree(declared: Water) -> Tree:
    """The arrays of a declared network."""
    names = tuple(declared.sections)
    sections = declared.sections.values()
    after = [-1 if s.after is None else names.index(s.after) for s in sections]
    return Tree(
        names,
        np.array(after, np.intp),
        np.array([s.water * DENSITY for s in sections]),
        np.array([s.loss for s in sections]),
        np.array([s.flow_max for s in sections]),
        np.array([s.pressure_drop for s in sections]),
        declared.ground,
    )
