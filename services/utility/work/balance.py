"""The balance of a day at the plant: metered groups, others by engineering data, losses, rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rami.core.frame import Values
from rami.functional.district.split import EngineeringData, smoothed, split, steady_loss, weights
from rami.functional.district.tree import Tree

if TYPE_CHECKING:
    from services.utility.kinds.group_demand import Engineering

#: what nobody meters, beside the groups
NOWHERE = "plant.rest"


@dataclass(frozen=True)
class Balance:
    """Of a day by the hour, kW: `plant` = sum of `metered` + `shared` + `loss` + `rest` over the
    whole day. `rest` is spread like the groups' demand, and may be below zero."""

    plant: Values
    loss: Values
    metered: dict[str, Values]
    shared: dict[str, Values]
    rest: Values

    @property
    def unmetered(self) -> float:
        """Rest over the heat of the plant."""
        total = float(self.plant.sum())
        return float(self.rest.sum()) / total if total > 0 else 0.0

    @property
    def closure(self) -> float:
        """KWh of the day that do not add up."""
        groups = sum(float(p.sum()) for p in (*self.metered.values(), *self.shared.values()))
        return float(self.plant.sum() - self.loss.sum() - self.rest.sum()) - groups


def balance(
    plant: Values,
    supply: Values,
    back: Values,
    air: Values,
    pipes: Tree,
    metered: dict[str, Values],
    data: EngineeringData | None,
    settings: Engineering | None,
) -> Balance:
    """Shares out what the plant gave beyond losses and metered groups.

    `air` ends with the day and begins some days before. Hours that the plant did not measure
    count as what the groups and losses make up.
    """
    loss = steady_loss(pipes.loss, pipes.ground, supply, back)
    known = {n: np.nan_to_num(v) for n, v in metered.items()}
    drawn = sum(known.values(), np.zeros(len(plant)))
    seen = np.where(np.isfinite(plant), plant, drawn + loss)
    shared: dict[str, Values] = {}
    if data is not None and settings is not None and data.names:
        felt = smoothed(air, 1.0, settings.memory / 3600)[-len(plant) :]
        weight = weights(data, felt, settings.base, settings.degree_hours, settings.hot_water)
        parts = split(np.maximum(seen - loss - drawn, 0.0), weight)
        shared = dict(zip(data.paths, parts, strict=True))
        drawn = drawn + parts.sum(axis=0)
    left = float((seen - loss - drawn).sum())
    total = float(drawn.sum())
    shape = drawn / total if total > 0 else np.full(len(plant), 1.0 / len(plant))
    return Balance(seen, loss, known, shared, left * shape)
