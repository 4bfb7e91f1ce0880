"""Where a station stands in a step test: part load everywhere, sources and sinks in balance."""

from __future__ import annotations

from rami.asset.heat_pump import HeatPump
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import TwinTopology
from rami.functional.technical.station_loops import StationLoops

#: load of every component, as a share of its design; the least that balancing leaves of it
LOAD, LOAD_MIN = 0.5, 0.15
#: most of the sinks' heat that heat pumps give: the rest of the lift is the sources' part
PUMPED_MAX = 0.4


def operating_point(topology: TwinTopology, station: StationLoops) -> dict[str, float]:
    """Value per scheduled set-point: powers in kW, temperatures as designed.

    Exchangers on the stronger side (heat in or heat out) are brought down to the weaker
    side, so that the circuit comes to rest without its storage filling or emptying.
    """
    point = {s.name: s.design for s in station.set_points if s.scheduled}
    powers = [loop.set_point for loop in station.loops if loop.of_power]
    for power in powers:
        point[power.name] = LOAD * power.design
    sources = set(station.sources)
    sinks = {p.name for p in powers if p.name.endswith(".P")} - sources
    gives, takes = sum(point[n] for n in sources), sum(point[n] for n in sinks)
    pumps, heaters = topology.of(HeatPump), topology.of(ImmersionHeater)
    pumped = LOAD * sum(hp.power_el_max * hp.cop_design for hp in pumps.values())
    if pumped > PUMPED_MAX * takes > 0.0:
        for name in pumps:
            point[f"{name}.P_el"] *= PUMPED_MAX * takes / pumped
        pumped = PUMPED_MAX * takes
    other = pumped + LOAD * sum(ih.power_el_max * ih.efficiency for ih in heaters.values())
    if gives + other > takes and gives > 0.0:
        factor, stronger = (takes - other) / gives, sources
    elif takes > 0.0:
        factor, stronger = (gives + other) / takes, sinks
    else:
        return point
    for name in stronger:
        point[name] *= min(max(factor, LOAD_MIN / LOAD), 1.0)
    return point
