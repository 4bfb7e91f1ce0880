"""Stratified heat storage across the flow and return line of a network."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field

from rami.asset.component import Component, Face
from rami.asset.reference import HeatingNetwork
from rami.asset.water import DENSITY, HEAT_CAPACITY
from rami.core.points import Direction, Point
from rami.core.quantity import Conductance, Power, Share, Temperature, Volume


class HeatStorage(Component):
    """Layers of equal volume, layer 1 on top; hydraulic separator of the network `across`.

    Content counts from `reference`: Q = sum(mass x c x (T - reference)). `usable` is the
    full temperature of the nominal content. `loss` is the conductance of the whole shell to
    `ambient`; eq. 11's standing loss per step follows from it. `reserve` is the part of the
    nominal content that a plan leaves alone: the zone between hot and cold water is too cold
    for consumers and would pull the flow line down. Eq. 9 to 12.
    """

    faces: ClassVar[frozenset[Face]] = frozenset({Face.MODEL, Face.STRATEGY, Face.TECHNICAL})

    kind: Literal["heat_storage"] = "heat_storage"
    across: HeatingNetwork
    volume: Volume
    layers: int = Field(10, ge=2, le=40)
    power_max: Power
    reference: Temperature
    usable: Temperature
    loss: Conductance = 0.1
    ambient: Temperature = 15.0
    reserve: Share = 0.0
    start_content: Share = 0.5
    layer_conductance: Conductance = 0.6
    layer_mixing: Conductance = 20.0

    @cached_property
    def capacity(self) -> float:
        """Heat capacity of the whole content, kWh/K."""
        return self.volume * DENSITY * HEAT_CAPACITY / 3600

    @cached_property
    def content_max(self) -> float:
        """Nominal content between `reference` and `usable`, kWh (Q_max of eq. 12)."""
        return self.capacity * (self.usable - self.reference)

    @property
    def loss_share(self) -> float:
        """Standing loss per hour as a share of the content, 1/h (lambda of eq. 11 per hour)."""
        return self.loss / self.capacity

    @property
    def loss_idle(self) -> float:
        """Loss of the storage at `reference` temperature throughout, kW."""
        return self.loss * (self.reference - self.ambient)

    def start_temperatures(self) -> tuple[float, ...]:
        """Layer temperatures at the start: hot above, cold below, content `start_content`."""
        hot = self.start_content * self.layers
        span = self.usable - self.reference
        return tuple(
            self.reference + span * min(max(hot - i, 0.0), 1.0) for i in range(self.layers)
        )

    def ports(self) -> tuple[str, ...]:
        return ("top", "bottom")

    def points(self) -> tuple[Point, ...]:
        start = self.start_temperatures()
        layers = tuple(
            Point(f"T_{i + 1}", "temperature", description=f"layer {i + 1} from the top", start=t)
            for i, t in enumerate(start)
        )
        return (
            *layers,
            Point("Q", "energy", Direction.MEASURED, "content above the reference temperature"),
            Point("m", "mass_flow", description="flow in at the top, negative when it discharges"),
            Point("P", "power", description="heat into the circuit, positive = discharge"),
            Point("E_loss", "energy", description="standing loss since the start", cumulative=True),
        )
