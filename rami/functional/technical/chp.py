"""Base automation of engines: whole engines by the merit order, their load by the network."""

from __future__ import annotations

from rami.asset.chp import Chp
from rami.asset.topology import TwinTopology
from rami.functional.technical.converter import Converter, pump_of


def converter(topology: TwinTopology, name: str) -> Converter:
    """All engines of a CHP, started one by one, loaded alike; their pump holds the outlet."""
    chp = topology.component(name, Chp)
    pump, full = pump_of(topology, name)
    return Converter(
        name,
        f"{name}.u",
        chp.engines,
        chp.power_th,
        chp.part_load_min,
        chp.outlet_max,
        chp.ramp,
        chp.water,
        f"{name}.engines_on",
        pump,
        full,
    )
