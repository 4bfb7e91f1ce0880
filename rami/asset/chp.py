"""Combined heat and power engines."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from rami.asset.component import Component, Face
from rami.asset.reference import HeatingNetwork
from rami.core.points import Direction, Point
from rami.core.quantity import Duration, Efficiency, EnergyPrice, Mass, Power, Share, Temperature


class Chp(Component):
    """`engines` equal engines; each runs between `part_load_min` and full load, or stands.

    `fuel_price` is for gas by lower heating value, without CO2.
    """

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL, Face.STRATEGY, Face.TECHNICAL})

    kind: Literal["chp"] = "chp"
    network: HeatingNetwork
    engines: int = Field(1, ge=1, le=20)
    power_el: Power
    efficiency_el: Efficiency
    efficiency_th: Efficiency
    part_load_min: Share = 0.5
    fuel_price: EnergyPrice
    outlet_max: Temperature = 130.0
    water: Mass = 1500.0
    ramp: Duration = 90.0

    @model_validator(mode="after")
    def _efficiency(self) -> Chp:
        if self.efficiency_el + self.efficiency_th > 1.1:
            raise ValueError("electrical and thermal efficiency together exceed 110 %")
        return self

    @property
    def power_th(self) -> float:
        """Heat of one engine at full load, kW."""
        return self.power_el / self.efficiency_el * self.efficiency_th

    def ports(self) -> tuple[str, ...]:
        return ("in", "out")

    def points(self) -> tuple[Point, ...]:
        return (
            Point("u", "share", Direction.ACTUATED, "load of each running engine", 0.0, 1.0),
            Point(
                "engines_on",
                "share",
                Direction.ACTUATED,
                "running engines",
                0.0,
                float(self.engines),
            ),
            Point("P_el", "power", description="electricity generated"),
            Point("P_th", "power", description="heat into the network"),
            Point("P_fuel", "power", description="fuel, lower heating value"),
            Point("T_in", "temperature", start=70.0),
            Point("T_out", "temperature", start=90.0),
            Point("m", "mass_flow"),
            Point("E_el", "energy", description="electricity since the start", cumulative=True),
            Point("E_th", "energy", description="heat since the start", cumulative=True),
            Point("E_fuel", "energy", description="fuel since the start", cumulative=True),
        )
