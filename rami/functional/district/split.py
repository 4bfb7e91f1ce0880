"""Demand of groups that nobody meters: what the plant gave, shared out by engineering data.

    w_g(t) = hot water_g / 8760 + (annual_g - hot water_g) / D  max(T_base - T_smooth(t), 0)
    P_g(t) = available(t) w_g(t) / sum_j w_j(t)

D are the degree hours of the year of the annual energy; T_smooth is the air temperature as
buildings feel it, an exponential mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np

from rami.core.frame import Values

_YEAR_H = 8760.0
#: most of the annual energy that is taken for hot water
_MOST_WATER = 0.6


@dataclass(frozen=True)
class EngineeringData:
    """Of each group: its section, annual energy (kWh), floor area (m2; 0: not known), customers."""

    names: tuple[str, ...]
    sections: tuple[str, ...]
    annual: Values
    area: Values
    customers: Values

    @property
    def paths(self) -> tuple[str, ...]:
        """`section.group`."""
        return tuple(f"{s}.{n}" for s, n in zip(self.sections, self.names, strict=True))

    def without(self, paths: set[str]) -> EngineeringData:
        """Those groups that are not named."""
        keep = [i for i, path in enumerate(self.paths) if path not in paths]
        return EngineeringData(
            tuple(self.names[i] for i in keep), tuple(self.sections[i] for i in keep),
            self.annual[keep], self.area[keep], self.customers[keep],
        )  # fmt: skip


def smoothed(air: Values, step_h: float, memory_h: float) -> Values:
    """Exponential mean of what lay before, from the first value on."""
    keep = exp(-step_h / memory_h) if memory_h > 0 else 0.0
    out = np.empty_like(air)
    level = float(air[0]) if len(air) else 0.0
    for t, value in enumerate(air.tolist()):
        level = keep * level + (1 - keep) * value
        out[t] = level
    return out


def weights(
    data: EngineeringData, air: Values, base: float, degree_hours: float, hot_water: float
) -> Values:
    """Powers of the groups (groups, steps) in kW as their data alone say; `air` is smoothed."""
    water = np.minimum(hot_water * data.area, _MOST_WATER * data.annual)
    degrees = np.maximum(base - air, 0.0)
    heating = (data.annual - water)[:, None] / degree_hours * degrees[None, :]
    return np.asarray(water[:, None] / _YEAR_H + heating)


def split(available: Values, weight: Values) -> Values:
    """`available` (steps,) shared out by weights (groups, steps); equally where all are zero."""
    total = weight.sum(axis=0)
    equal = 1.0 / max(len(weight), 1)
    share = np.where(total > 0, weight / np.where(total > 0, total, 1.0), equal)
    return np.asarray(share * available)


def steady_loss(loss: Values, ground: float, supply: Values, back: Values) -> Values:
    """KW that pairs of pipes of `loss` kW/K each lose at these temperatures (steps,)."""
    return np.asarray(float(loss.sum()) * np.maximum(supply + back - 2 * ground, 0.0))
