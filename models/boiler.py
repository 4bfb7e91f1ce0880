"""Equations of a gas boiler: constant efficiency by lower heating value."""

from __future__ import annotations

from models.kernel.functions import clip, fade
from models.kernel.part import Part
from models.kernel.plant import FLUE, GAS
from rami.asset.boiler import Boiler


def equations(part: Part, data: Boiler) -> None:
    """Heat follows `u` behind a lag and fades over the last 5 K below `outlet_max`.

    Below `part_load_min` it burns at that minimum down to 0.8 of it in `u`, where it is off,
    the heat falling linearly in between (the mean of a burner that cycles).
    """
    start = part.network(data.network).flow
    water = part.store("T_out", data.water, start, ["in", "out"])
    part.inlet("in", "T_in", "m")
    u = part.input("u")
    wanted = clip(u, data.part_load_min, 1.0)
    if data.part_load_min > 0:
        wanted *= fade(u, data.part_load_min, 0.8 * data.part_load_min)
    level = part.lag("level", wanted, data.ramp)
    heat = part.heat(
        "P_th",
        GAS,
        water,
        data.power * level * fade(water.temperature, data.outlet_max - 5, data.outlet_max),
    )
    flue = part.heat("P_flue", GAS, FLUE, (1 / data.efficiency - 1) * heat)
    part.meter("E_th", heat)
    part.meter("E_fuel", part.total("P_fuel", heat, flue))
