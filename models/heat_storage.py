"""Equations of a stratified heat storage (eq. 9 to 12): equal layers, layer 1 on top.

Water moves between layers upwind, so a thermocline smears over about one layer. Neighbours
conduct; where a lower layer is hotter than the one above it, buoyancy mixes them.
"""

from __future__ import annotations

from itertools import pairwise

import sympy as sp

from models.kernel.functions import pos
from models.kernel.part import Part
from models.kernel.plant import AMBIENT
from rami.asset.heat_storage import HeatStorage
from rami.asset.water import DENSITY


def equations(part: Part, data: HeatStorage) -> None:
    """A chain of stores between the ports `top` and `bottom`."""
    n = data.layers
    water = data.volume * DENSITY / n
    layers = [
        part.store(f"T_{i + 1}", water, start, _ports(i, n))
        for i, start in enumerate(data.start_temperatures())
    ]
    for i, (upper, lower) in enumerate(pairwise(layers), 1):
        part.convey(upper, lower)
        hot, cold = upper.temperature, lower.temperature
        part.heat(
            f"down_{i}",
            upper,
            lower,
            data.layer_conductance * (hot - cold) - data.layer_mixing * pos(cold - hot),
        )
    losses = [
        part.heat(f"loss_{i}", layer, AMBIENT, data.loss / n * (layer.temperature - data.ambient))
        for i, layer in enumerate(layers, 1)
    ]
    part.meter("E_loss", part.total("P_loss", *losses))
    part.flow_in("m", "top")
    part.carried_out("P")
    mean = sp.Add(*(layer.temperature for layer in layers)) / n
    part.signal("Q", data.capacity * (mean - data.reference))


def _ports(layer: int, layers: int) -> list[str]:
    return ["top"] * (layer == 0) + ["bottom"] * (layer == layers - 1)
