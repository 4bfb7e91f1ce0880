"""Immersion heater in the upper layers of a heat storage."""

from __future__ import annotations

from typing import ClassVar, Literal

from rami.asset.component import Component, Face
from rami.asset.reference import StorageOfTwin
from rami.core.points import Direction, Point
from rami.core.quantity import Duration, Efficiency, Power, Temperature


class ImmersionHeater(Component):
    """Turns electricity into heat in a storage (eq. 9, 10); fades out at `outlet_max`."""

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL, Face.STRATEGY, Face.TECHNICAL})

    kind: Literal["immersion_heater"] = "immersion_heater"
    storage: StorageOfTwin
    power_el_max: Power
    efficiency: Efficiency = 0.99
    outlet_max: Temperature = 110.0
    ramp: Duration = 20.0

    def points(self) -> tuple[Point, ...]:
        return (
            Point("u", "share", Direction.ACTUATED, "share of power_el_max", 0.0, 1.0),
            Point("P_el", "power", description="electrical power"),
            Point("P_th", "power", description="heat into the storage"),
            Point("E_el", "energy", description="electricity since the start", cumulative=True),
        )
