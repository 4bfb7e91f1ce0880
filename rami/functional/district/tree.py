"""A network's tree as arrays: who follows whom, what each section holds, loses, carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.district.declaration import Water
from rami.asset.district.section import Section
from rami.asset.water import DENSITY, HEAT_CAPACITY
from rami.core.frame import Values

#: kWh per kg and K
CAPACITY = HEAT_CAPACITY / 3600


@dataclass(frozen=True)
class Tree:
    """Sections from the plant outwards: `after[i] < i`, -1 at the plant. `mass` kg and `loss`
    kW/K are of one pipe; `flow_max` kg/s; `drop` bar at that flow, `at_consumers` bar that must be
    left at the ends."""

    names: tuple[str, ...]
    after: NDArray[np.intp]
    mass: Values
    loss: Values
    flow_max: Values
    drop: Values
    ground: float
    at_consumers: float = 0.6

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
        np.array([friction(s) if s.pressure_drop is None else s.pressure_drop for s in sections]),
        declared.ground,
        declared.at_consumers,
    )


def friction(section: Section) -> float:
    """Bar lost in a pair of pipes at `flow_max`, by Darcy and Weisbach.

    The diameter follows from 2 m/s, the length from the content; friction factor by Swamee and
    Jain (1976) with 0.1 mm roughness and water at 80 degC; a tenth more for bends and valves.
    """
    velocity, roughness, viscosity = 2.0, 1e-4, 3.6e-7
    area = section.flow_max / DENSITY / velocity
    diameter = np.sqrt(4 * area / np.pi)
    reynolds = velocity * diameter / viscosity
    factor = 0.25 / np.log10(roughness / (3.7 * diameter) + 5.74 / reynolds**0.9) ** 2
    length = 2 * section.water / area
    return float(1.1 * factor * length / diameter * DENSITY / 2 * velocity**2 / 1e5)
