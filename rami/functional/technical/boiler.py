"""Base automation of a boiler: its load by the network's merit order."""

from __future__ import annotations

from rami.asset.boiler import Boiler
from rami.asset.topology import TwinTopology
from rami.functional.technical.converter import Converter, pump_of


def converter(topology: TwinTopology, name: str) -> Converter:
    """A boiler modulates from its minimum load on; a peak boiler's flow balances the network."""
    boiler = topology.component(name, Boiler)
    pump, full = pump_of(topology, name)
    return Converter(
        name,
        f"{name}.u",
        1,
        boiler.power,
        boiler.part_load_min,
        boiler.outlet_max,
        boiler.ramp,
        boiler.water,
        None,
        pump,
        full,
    )
