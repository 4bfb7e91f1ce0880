"""A whole district."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.component import Declared
from rami.asset.district.buildings import Buildings
from rami.asset.district.capacity import Capacity
from rami.asset.district.section import Section
from rami.asset.district.source import HeatSource, Surplus
from rami.asset.heat_storage import HeatStorage
from rami.core.quantity import (
    Duration,
    EmissionFactor,
    EmissionPrice,
    EnergyPrice,
    Pressure,
    Share,
    Temperature,
)
from rami.core.written import Instant, Name

Unit = Annotated[Chp | Boiler | HeatStorage | HeatSource, Field(discriminator="kind")]


class MadeUpWeather(Declared):
    """A cold spell made up with a seed: `mean`, daily swing, slow drift, error of its forecast
    (standard deviations in K)."""

    mean: Temperature
    swing: float = Field(2.5, ge=0, strict=False)
    drift: float = Field(3.0, ge=0, strict=False)
    sun: Share = 0.3
    error: float = Field(1.0, ge=0, strict=False)


class Water(Declared):
    """Temperatures of a network: `supply_min` is what every consumer must get, `supply_max` what
    pipes bear, `curve` by how much a K of frost raises the supply where nobody plans it (K/K),
    `at_consumers` the pressure that must be left over the last consumer's substation."""

    owner: Name
    supply_min: Temperature
    supply_max: Temperature
    ground: Temperature = 8.0
    curve: float = Field(1.0, ge=0, le=3, strict=False)
    ramp: float = Field(10.0, gt=0, le=60, strict=False, description="K per hour at most")
    at_consumers: Pressure = 0.6
    sections: dict[Name, Section] = Field(min_length=1)

    @model_validator(mode="after")
    def _tree(self) -> Water:
        seen: set[str] = set()
        for name, section in self.sections.items():
            if section.after is not None and section.after not in seen:
                raise ValueError(f"section {name}: `after` names no section before it")
            seen.add(name)
        total = sum(s.share for s in self.sections.values())
        if abs(total - 1) > 1e-3:
            raise ValueError(f"the sections' shares of the groups add up to {total:g}, wanted 1")
        return self


class Production(Declared):
    """The producer's plant and what it pays and earns, for energy and for its highest power;
    `network` of a unit is `district`."""

    owner: Name
    units: dict[Name, Unit] = Field(min_length=1)
    el_buy: EnergyPrice = Field(description="added to the day-ahead price")
    levy: EnergyPrice = Field(0.0, description="on own electricity that is used")
    shortage_price: EnergyPrice = 1.0
    capacity: Capacity = Field(default_factory=Capacity)


class Market(Declared):
    """Prices and factors; `electricity` by local hour is repeated each day, times a seeded factor
    per day."""

    electricity: Annotated[list[EnergyPrice], Field(min_length=24, max_length=24)]
    spread: Share = 0.15
    heat_tariff: EnergyPrice
    co2_price: EmissionPrice
    gas_factor: EmissionFactor
    grid_factor: EmissionFactor


class Bargain(Declared):
    """Bounds of a negotiation: rounds, their deadline, the time for one answer, that in which all
    join at the start, and when it has settled (residual of the heat balance over the load)."""

    rounds: int = Field(60, ge=1, le=1000)
    deadline: Duration = 300.0
    answer: Duration = Field(30.0, gt=0)
    gather: Duration = Field(300.0, gt=0)
    settled: Share = 0.001
    asker_share: Share = 0.5
    joint: bool = True


class District(Declared):
    """One district: `days` from `start` on, planned day by day in intervals of `step`.

    `zone` hours are hours after UTC of the local clock that profiles follow.
    """

    version: Literal[1]
    district: Name
    provenance: str
    start: Instant
    days: int = Field(7, ge=1, le=31)
    step: Duration = 1800.0
    seed: int = Field(1, ge=0)
    weather: MadeUpWeather
    market: Market
    buildings: dict[Name, Buildings] = Field(min_length=1)
    network: Water
    production: Production
    surplus: dict[Name, Surplus] = Field(default_factory=dict)
    negotiation: Bargain = Field(default_factory=Bargain)

    @model_validator(mode="after")
    def _steps(self) -> District:
        if 86400 % self.step or 3600 % self.step:
            raise ValueError("step: wanted a length that divides an hour")
        return self

    @property
    def per_day(self) -> int:
        """Intervals of a day."""
        return round(86400 / self.step)

    @property
    def groups(self) -> int:
        """All groups of all types."""
        return sum(b.groups for b in self.buildings.values())
