"""Wet cooling tower: passive cooling of a cooling network."""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.asset.reference import CoolingNetwork
from rami.core.points import Direction, Point
from rami.core.quantity import Duration, Mass, Power, Share, TemperatureDifference


class CoolingTower(Component):
    """Cools the return line of a cooling network towards the wet-bulb temperature.

    `power` is reached at `approach` above the wet bulb on the cold side; fans and spray
    pumps draw `electricity_share` of the heat.
    """

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL, Face.STRATEGY, Face.TECHNICAL})

    kind: Literal["cooling_tower"] = "cooling_tower"
    network: CoolingNetwork
    power: Power
    approach: TemperatureDifference = 4.0
    electricity_share: Share = 0.03
    water: Mass = 1500.0
    ramp: Duration = 30.0

    def ports(self) -> tuple[str, ...]:
        return ("in", "out")

    def points(self) -> tuple[Point, ...]:
        return (
            Point("u", "share", Direction.ACTUATED, "fan, share of the full air flow", 0.0, 1.0),
            Point("T_wet", "temperature", Direction.DISTURBANCE, "wet-bulb temperature", start=8.0),
            Point("P_th", "power", description="heat to the air"),
            Point("P_el", "power", description="electrical power"),
            Point("T_in", "temperature", start=32.0),
            Point("T_out", "temperature", start=25.0),
            Point("m", "mass_flow"),
            Point("E_th", "energy", description="heat since the start", cumulative=True),
            Point("E_el", "energy", description="electricity since the start", cumulative=True),
        )
