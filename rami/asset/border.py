"""Border: where a twin's water meets a network of another twin (this side of the energy contract).

The twin that owns the exchanger reads the other network's two line temperatures (held over
a step) and hands back its flow and the mean heat of the step (`exchange` on the other side).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.asset.reference import OtherNetwork
from rami.core.points import Direction, Point
from rami.core.quantity import Temperature


class Border(Component):
    """Takes water from one line of `network` (`taken_from`) and gives it back to the other."""

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL})

    kind: Literal["border"] = "border"
    network: OtherNetwork
    taken_from: Literal["flow", "return"]
    start_taken: Temperature
    start_given: Temperature

    def ports(self) -> tuple[str, ...]:
        return ("take", "give")

    def points(self) -> tuple[Point, ...]:
        return (
            Point(
                "T_take",
                "temperature",
                Direction.DISTURBANCE,
                "line of the other network that water is taken from",
                start=self.start_taken,
            ),
            Point(
                "T_give",
                "temperature",
                Direction.DISTURBANCE,
                "line of the other network that water is given back to",
                start=self.start_given,
            ),
            Point("m", "mass_flow", description="flow from the taken to the given line"),
            Point("P", "power", description="heat out of the other network"),
            Point(
                "E",
                "energy",
                description="heat out of the other network since the start",
                cumulative=True,
            ),
        )
