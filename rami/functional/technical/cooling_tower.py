"""Base automation of a cooling tower: its air by the heat to remove and the wet bulb."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from rami.asset.cooling_tower import CoolingTower
from rami.asset.topology import TwinTopology
from rami.asset.water import HEAT_CAPACITY

#: nearest approach to the wet bulb that is asked for, K
APPROACH_MIN = 0.3


@dataclass(frozen=True)
class Tower:
    """`conductance` in kW/K at full air; `share` of the network's cooling it takes."""

    name: str
    load: str
    conductance: float
    power: float
    ramp: float
    water: float

    def opening(self, heat: float, flow: float, arriving: float, wet_bulb: float) -> float:
        """Share of full air that removes `heat` (kW) from `flow` (kg/s): NTU = ln(...) inverted."""
        rate = HEAT_CAPACITY * flow
        if heat <= 0.0 or rate <= 0.0:
            return 0.0
        above = arriving - heat / rate - wet_bulb
        if above < APPROACH_MIN:
            return 1.0
        opening = rate / self.conductance * log((arriving - wet_bulb) / above)
        return min(opening, 1.0)


def tower(topology: TwinTopology, name: str) -> Tower:
    """A tower with the conductance that its declared power and approach need."""
    declared = topology.component(name, CoolingTower)
    network = topology.networks[declared.network.removeprefix(f"{topology.name}.")]
    spread = network.hot - network.cold
    conductance = declared.power / spread * log((spread + declared.approach) / declared.approach)
    return Tower(name, f"{name}.u", conductance, declared.power, declared.ramp, declared.water)
