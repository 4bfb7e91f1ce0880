"""Control valve: sets the flow of the link it stands on, from the head of others' pumps."""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.core.points import Direction, Point
from rami.core.quantity import Duration, MassFlow


class Valve(Component):
    """Flow = u x `flow_max` behind a first-order lag (linear installed characteristic)."""

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL})

    kind: Literal["valve"] = "valve"
    flow_max: MassFlow
    lag: Duration = 12.0

    def points(self) -> tuple[Point, ...]:
        return (
            Point("u", "share", Direction.ACTUATED, "opening as share of full flow", 0.0, 1.0),
            Point("m", "mass_flow"),
        )

    @classmethod
    def sized(cls, flow_max: float) -> Valve:
        """One with a full flow in kg/s and everything else by default."""
        return cls(flow_max=f"{flow_max} kg/s")
