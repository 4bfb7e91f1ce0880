"""Equations of a wet cooling tower: counterflow against air at the wet-bulb temperature.

Q = C (1 - exp(-NTU)) (T_in - T_wet) with C the water's capacity rate and NTU = UA u / C.
UA follows from the declaration: at full air flow, with `power` over the network's spread,
the water leaves at `approach` above the wet bulb: NTU = ln((spread + approach) / approach).
"""

from __future__ import annotations

from math import log

from models.kernel.functions import clip, phi1, pos
from models.kernel.part import Part
from models.kernel.plant import AIR, ELECTRICITY
from rami.asset.cooling_tower import CoolingTower
from rami.asset.water import HEAT_CAPACITY

_TINY = 1e-6


def equations(part: Part, data: CoolingTower) -> None:
    """Heat goes to the air; the electricity of fans and pumps follows it to the air."""
    network = part.network(data.network)
    water = part.store("T_out", data.water, network.cold, ["in", "out"])
    arriving, flow = part.inlet("in", "T_in", "m")
    spread = network.hot - network.cold
    ua = data.power / spread * log((spread + data.approach) / data.approach)
    air = part.lag("air", clip(part.input("u")), data.ramp)
    rate = part.signal("C", HEAT_CAPACITY * pos(flow) + _TINY)
    transfer = part.signal("transfer", ua * air * phi1(ua * air / rate))
    heat = part.heat("P_th", water, AIR, transfer * pos(arriving - part.input("T_wet")))
    power = part.heat("P_el", ELECTRICITY, AIR, data.electricity_share * heat)
    part.meter("E_th", heat)
    part.meter("E_el", power)
