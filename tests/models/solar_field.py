"""A component kind from outside with its own equation file, as a stranger would write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from models.kernel.part import Part
from models.kernel.plant import Outside
from rami.asset.component import Component, Face
from rami.core.points import Direction, Point
from rami.core.quantity import Mass, Power

SUN = Outside("sun")


class SolarField(Component):
    """Collectors that give a share of their power."""

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL})
    face_files: ClassVar[Mapping[Face, str]] = {Face.MODEL: "tests.models.solar_field"}

    kind: Literal["solar_field"] = "solar_field"
    power: Power
    water: Mass = 500.0

    def ports(self) -> tuple[str, ...]:
        return ("in", "out")

    def points(self) -> tuple[Point, ...]:
        return (
            Point("sun", "share", Direction.DISTURBANCE),
            Point("T_out", "temperature", start=40.0),
            Point("P", "power"),
        )


def equations(part: Part, data: SolarField) -> None:
    """Heat from the sun into one store; the kernel adds the register for it."""
    water = part.store("T_out", data.water, 40.0, ["in", "out"])
    part.heat("P", SUN, water, data.power * part.input("sun"))
