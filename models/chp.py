"""Equations of combined heat and power engines: constant efficiencies, whole or part load."""

from __future__ import annotations

from models.kernel.functions import clip, fade
from models.kernel.part import Part
from models.kernel.plant import ELECTRICITY, FLUE, GAS
from rami.asset.chp import Chp


def equations(part: Part, data: Chp) -> None:
    """Each running engine follows `u`, not below its minimum load; all lag together.

    The cooling circuit gives up its heat over the last 5 K below `outlet_max`; what it
    cannot give goes with the flue gas.
    """
    start = part.network(data.network).flow
    water = part.store("T_out", data.water, start, ["in", "out"])
    part.inlet("in", "T_in", "m")
    running = clip(part.input("engines_on"), 0.0, float(data.engines))
    load = clip(part.input("u"), data.part_load_min, 1.0)
    level = part.lag("level", running * load, data.ramp)
    fuel = part.signal("fuel", data.power_el / data.efficiency_el * level)
    transferred = fade(water.temperature, data.outlet_max - 5, data.outlet_max)
    power = part.heat("P_el", GAS, ELECTRICITY, data.efficiency_el * fuel)
    heat = part.heat("P_th", GAS, water, data.efficiency_th * fuel * transferred)
    flue = part.heat("P_flue", GAS, FLUE, fuel - power - heat)
    part.meter("E_el", power)
    part.meter("E_th", heat)
    part.meter("E_fuel", part.total("P_fuel", power, heat, flue))
