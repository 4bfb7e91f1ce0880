"""Equations of a consumer group: it draws what it needs and returns it at its temperature."""

from __future__ import annotations

from models.kernel.functions import higher, lower, pos
from models.kernel.part import Part
from models.kernel.plant import LOAD
from rami.asset.consumer import Consumer
from rami.asset.water import HEAT_CAPACITY, mass_flow

#: most that it draws, as a multiple of the flow for its `power` at the network's spread
_FLOW_RESERVE = 1.5
#: smallest usable temperature difference as a share of the network's spread
_SMALLEST_SHARE = 0.1


def equations(part: Part, data: Consumer) -> None:
    """Flow = demand / (c (T_in - return)), capped; heat = c flow (T_in - return).

    In a cooling network both differences are mirrored. Where another device sets the flow,
    it takes what the flow offers, at most its demand.
    """
    network = part.network(data.network)
    back = network.return_ if data.return_temperature is None else data.return_temperature
    heating = network.kind == "heating"
    spread = network.hot - network.cold
    water = part.store("T_out", data.water, back, ["in", "out"])
    arriving, flow = part.inlet("in", "T_in", "m")
    demand = pos(part.input("P_demand"))
    difference = part.signal("dT", arriving - back if heating else back - arriving)
    if part.is_device:
        drawn = demand / (HEAT_CAPACITY * higher(difference, _SMALLEST_SHARE * spread))
        most = _FLOW_RESERVE * mass_flow(data.power, spread)
        part.sets_flow(part.signal("drawn", lower(drawn, most)))
    offered = part.signal("offered", HEAT_CAPACITY * pos(flow) * pos(difference))
    taken = offered if part.is_device else lower(offered, demand)
    source, target = (water, LOAD) if heating else (LOAD, water)
    part.meter("E", part.heat("P", source, target, taken))
