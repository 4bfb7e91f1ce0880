"""Equations of an immersion heater in the upper layers of a storage (eq. 9, 10)."""

from __future__ import annotations

from math import ceil

from models.kernel.functions import clip, fade
from models.kernel.part import Part
from models.kernel.plant import AMBIENT, ELECTRICITY
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater

#: part of the layers, from the top, that the heating rods reach
_UPPER_SHARE = 0.3


def equations(part: Part, data: ImmersionHeater) -> None:
    """Equal power in each upper layer; each fades out over the last 3 K below `outlet_max`."""
    storage = part.other(data.storage, HeatStorage)
    layers = [f"{data.storage}.T_{i + 1}" for i in range(ceil(_UPPER_SHARE * storage.layers))]
    level = part.lag("level", clip(part.input("u")), data.ramp)
    share = data.power_el_max / len(layers)
    heats, losses = [], []
    for i, layer in enumerate(layers, 1):
        temperature = part.temperature(layer)
        drawn = part.signal(
            f"drawn_{i}", share * level * fade(temperature, data.outlet_max - 3, data.outlet_max)
        )
        heats.append(part.heat(f"heat_{i}", ELECTRICITY, layer, data.efficiency * drawn))
        losses.append(part.heat(f"lost_{i}", ELECTRICITY, AMBIENT, (1 - data.efficiency) * drawn))
    part.total("P_th", *heats)
    part.meter("E_el", part.total("P_el", *heats, *losses))
