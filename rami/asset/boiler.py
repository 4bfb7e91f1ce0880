"""Gas boiler."""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.asset.reference import HeatingNetwork
from rami.core.points import Direction, Point
from rami.core.quantity import Duration, Efficiency, EnergyPrice, Mass, Power, Share, Temperature


class Boiler(Component):
    """Modulates between `part_load_min` (0: from nothing) and `power`."""

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL, Face.STRATEGY, Face.TECHNICAL})

    kind: Literal["boiler"] = "boiler"
    network: HeatingNetwork
    power: Power
    efficiency: Efficiency
    part_load_min: Share = 0.0
    fuel_price: EnergyPrice
    outlet_max: Temperature = 135.0
    water: Mass = 1500.0
    ramp: Duration = 45.0

    def ports(self) -> tuple[str, ...]:
        return ("in", "out")

    def points(self) -> tuple[Point, ...]:
        return (
            Point("u", "share", Direction.ACTUATED, "share of the power", 0.0, 1.0),
            Point("P_th", "power", description="heat into the network"),
            Point("P_fuel", "power", description="fuel, lower heating value"),
            Point("T_in", "temperature", start=70.0),
            Point("T_out", "temperature", start=90.0),
            Point("m", "mass_flow"),
            Point("E_th", "energy", description="heat since the start", cumulative=True),
            Point("E_fuel", "energy", description="fuel since the start", cumulative=True),
        )
