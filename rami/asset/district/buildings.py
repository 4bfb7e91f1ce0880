"""Consumer groups of one type of building: heat loss, thermal mass, comfort, what may shift."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.quantity import Conductance, Duration, Power, Share, Temperature
from rami.core.written import Name

#: 24 values, one for each local hour of the day
Hours = Annotated[list[Annotated[float, Field(ge=0, strict=False)]], Field(min_length=24)]
Temperatures = Annotated[list[Temperature], Field(min_length=24, max_length=24)]

#: hot water drawn by hour, mean 1: assumed shape of dwellings with two peaks
HOT_WATER = (
    0.35, 0.25, 0.2, 0.2, 0.35, 0.9, 1.9, 2.1, 1.5, 1.1, 0.9, 0.85,
    0.9, 0.85, 0.75, 0.75, 0.9, 1.2, 1.6, 1.7, 1.5, 1.3, 1.1, 0.85,
)  # fmt: skip
#: heat of people and devices by hour, mean 1: assumed shape
GAINS = (
    0.6, 0.55, 0.55, 0.55, 0.6, 0.8, 1.15, 1.2, 1.0, 0.9, 0.9, 0.95,
    1.0, 0.95, 0.9, 0.95, 1.05, 1.25, 1.45, 1.5, 1.45, 1.3, 1.1, 0.85,
)  # fmt: skip


class Buildings(Declared):
    """`groups` alike groups of `dwellings` each; conductance and powers are of one dwelling.

    Two states per group: what is warm soon (air, furniture, inner surfaces) with the share
    `quick` of the heat capacity, and the structure; capacity = `time_constant` x `loss`. They are
    coupled by `coupling` x `loss`. `spread` is the relative standard deviation by which groups of
    a type differ from each other (seeded).

    `set_point` is what the thermostats hold by hour, `low` and `high` the comfort band.
    `discomfort` prices a departure from the set-point's own course, EUR per K2, hour and
    dwelling; `shift` the share of dwellings whose heating can be moved. Without meters read by
    the hour (`metered: false`) a forecast is physics alone: nothing is learned, its band is wider.
    """

    kind: Literal["buildings"] = "buildings"
    owner: Name
    groups: int = Field(ge=1, le=5000)
    dwellings: int = Field(ge=1, le=5000)
    loss: Conductance
    time_constant: Duration
    quick: Share = 0.12
    coupling: float = Field(8.0, gt=0, le=100, strict=False)
    gains: Power
    solar: Power
    hot_water: Power
    heating_max: Power
    set_point: Temperatures
    low: Temperatures
    high: Temperatures
    discomfort: float = Field(0.01, gt=0, strict=False)
    shift: Share = 0.6
    metered: bool = True
    spread: Share = 0.1
    return_temperature: Temperature = 45.0
    hot_water_shape: Hours = Field(default_factory=lambda: list(HOT_WATER))
    gains_shape: Hours = Field(default_factory=lambda: list(GAINS))

    @model_validator(mode="after")
    def _band(self) -> Buildings:
        if any(a >= b for a, b in zip(self.low, self.high, strict=True)):
            raise ValueError("the comfort band must have low below high in every hour")
        if not self.quick > 0:
            raise ValueError("quick: wanted a share above 0")
        return self
