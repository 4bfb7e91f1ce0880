"""Consumer group of a heating, cooling or electricity network."""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.asset.reference import NetworkOrCarrier
from rami.core.points import Direction, Point
from rami.core.quantity import Mass, Power, Temperature


class Consumer(Component):
    """Draws what its `demand` series says; returns the water at `return_temperature`.

    With `network: electricity` it is a plain electric load and has no water and no model.
    """

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL, Face.STRATEGY})

    kind: Literal["consumer"] = "consumer"
    network: NetworkOrCarrier
    demand: str
    power: Power
    return_temperature: Temperature | None = None
    water: Mass = 1000.0

    @property
    def electric(self) -> bool:
        """Whether it is a plain electric load."""
        return self.network == "electricity"

    def ports(self) -> tuple[str, ...]:
        return () if self.electric else ("in", "out")

    def points(self) -> tuple[Point, ...]:
        if self.electric:
            return (Point("P_demand", "power", Direction.DISTURBANCE, "electric load"),)
        return (
            Point("P_demand", "power", Direction.DISTURBANCE, "wanted heat or cooling"),
            Point("P", "power", description="heat or cooling delivered"),
            Point("T_in", "temperature", start=60.0),
            Point("T_out", "temperature", start=60.0),
            Point("m", "mass_flow"),
            Point("E", "energy", description="delivered since the start", cumulative=True),
        )
