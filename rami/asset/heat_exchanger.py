"""Counterflow heat exchanger, given by its design point."""

from __future__ import annotations

from functools import cached_property
from math import log
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from rami.asset.component import Component, Declared, Face
from rami.asset.reference import AnyHeatingNetwork
from rami.asset.water import mass_flow
from rami.core.points import Direction, Point
from rami.core.quantity import Mass, Power, Temperature


class DesignPoint(Declared):
    """Power and the four temperatures (each side: inlet, outlet) it was built for."""

    power: Power
    hot: tuple[Temperature, Temperature]
    cold: tuple[Temperature, Temperature]

    @model_validator(mode="after")
    def _possible(self) -> DesignPoint:
        (hi, ho), (ci, co) = self.hot, self.cold
        if hi <= ho or co <= ci:
            raise ValueError("the hot side must cool down and the cold side must warm up")
        if hi <= co or ho <= ci:
            raise ValueError("the hot side must stay hotter than the cold side at both ends")
        return self

    @property
    def lmtd(self) -> float:
        """Logarithmic mean temperature difference, K."""
        a, b = self.hot[0] - self.cold[1], self.hot[1] - self.cold[0]
        return a if abs(a - b) < 1e-9 else (a - b) / log(a / b)


class HeatExchanger(Component):
    """Carries heat from the `primary` (hot side) to the `secondary` network (cold side).

    Conductance = `area_reserve` x power / LMTD at design. Network references read
    `network` within the twin or `twin.network`.
    """

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL, Face.STRATEGY, Face.TECHNICAL})

    kind: Literal["heat_exchanger"] = "heat_exchanger"
    primary: AnyHeatingNetwork
    secondary: AnyHeatingNetwork
    design: DesignPoint
    area_reserve: float = Field(1.25, ge=1.0, le=3.0)
    flow_exponent: float = Field(0.6, ge=0.0, le=1.0)
    water: Mass = 300.0

    @cached_property
    def conductance(self) -> float:
        """UA at design flows, kW/K."""
        return self.area_reserve * self.design.power / self.design.lmtd

    @cached_property
    def flow_hot(self) -> float:
        """Design flow of the hot side, kg/s."""
        return mass_flow(self.design.power, self.design.hot[0] - self.design.hot[1])

    @cached_property
    def flow_cold(self) -> float:
        """Design flow of the cold side, kg/s."""
        return mass_flow(self.design.power, self.design.cold[1] - self.design.cold[0])

    def ports(self) -> tuple[str, ...]:
        return ("hot_in", "hot_out", "cold_in", "cold_out")

    def points(self) -> tuple[Point, ...]:
        (hi, ho), (ci, co) = self.design.hot, self.design.cold
        top = 1.5 * self.design.power
        return (
            Point("T_hot_in", "temperature", description="arrives hot", start=hi),
            Point("T_hot_out", "temperature", description="leaves the hot side", start=ho),
            Point("T_cold_in", "temperature", description="arrives cold", start=ci),
            Point("T_cold_out", "temperature", description="leaves the cold side", start=co),
            Point("m_hot", "mass_flow", description="flow of the hot side"),
            Point("m_cold", "mass_flow", description="flow of the cold side"),
            Point("P", "power", description="heat from hot to cold side", low=-top, high=top),
            Point(
                "E",
                "energy",
                Direction.MEASURED,
                "heat from hot to cold side since the start",
                cumulative=True,
            ),
        )
