"""Pump with variable speed: sets the flow of the link it stands on."""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.asset.water import DENSITY
from rami.core.points import Direction, Point
from rami.core.quantity import Duration, Efficiency, MassFlow, Pressure


class Pump(Component):
    """Flow = u x `flow_max` behind a first-order lag; head grows with the flow squared."""

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL})

    kind: Literal["pump"] = "pump"
    flow_max: MassFlow
    head: Pressure = 1.5
    efficiency: Efficiency = 0.65
    lag: Duration = 6.0

    @property
    def power_el_max(self) -> float:
        """Electrical power at full flow, kW."""
        return self.flow_max / DENSITY * self.head * 100 / self.efficiency

    def points(self) -> tuple[Point, ...]:
        return (
            Point("u", "share", Direction.ACTUATED, "speed as share of full flow", 0.0, 1.0),
            Point("m", "mass_flow"),
            Point("P_el", "power", description="electrical power"),
            Point("E_el", "energy", description="electricity since the start", cumulative=True),
        )

    @classmethod
    def sized(cls, flow_max: float) -> Pump:
        """One with a full flow in kg/s and everything else by default."""
        return cls(flow_max=f"{flow_max} kg/s")
