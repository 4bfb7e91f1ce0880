"""Junction: a mixed water volume where links meet (a header or a line of a network)."""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.core.points import Point
from rami.core.quantity import Mass, Temperature


class Junction(Component):
    """One volume, one temperature, one port; any number of links meet at `at`."""

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL})

    kind: Literal["junction"] = "junction"
    water: Mass
    start: Temperature

    def ports(self) -> tuple[str, ...]:
        return ("at",)

    def points(self) -> tuple[Point, ...]:
        return (Point("T", "temperature", start=self.start),)
