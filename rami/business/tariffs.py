"""What a site file says of owners, tariffs and factors; loads no arrays."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from rami.asset.component import Declared
from rami.core.quantity import (
    EmissionFactor,
    EmissionPrice,
    EnergyPrice,
    Power,
    PowerPrice,
    Share,
)
from rami.core.written import Name
from rami.information.series import Series

HeatTransfer = Literal["excluded", "allocated"]
Baseline = Literal["no_exchange", "constant_feed_in"]


class ElectricityTariff(Declared):
    """Price at the grid connection: a series plus fees, or plus a premium."""

    series: str = Field("price_da", description="series of the market price")
    buy_fee: EnergyPrice = Field(0.0, description="on top of the series for every kWh drawn")
    sell_premium: EnergyPrice = Field(0.0, description="on top of the series for every kWh fed in")
    self_consumption_levy: EnergyPrice = Field(0.0, description="on self-consumed CHP electricity")


class OwnerTariff(Declared):
    """What one owner pays and gets."""

    electricity: ElectricityTariff = Field(description="price at the grid connection")
    peak: PowerPrice = Field(0.0, description="per year, on the highest 15-min mean of the import")
    consumer_heat: EnergyPrice = Field(0.0, description="paid by the owner's heat consumers")


class HeatBetweenOwners(Declared):
    """Price of heat across the border: the seller's marginal heat cost in its baseline.

    The cost counts at least 0. Cooling between owners has no price.
    """

    buyer: Name = Field(description="owner of the station")
    seller: Name = Field(description="owner of the other network")
    feed_in_share: Share = Field(0.8, description="of that cost, paid for heat fed in")
    draw_surcharge: EnergyPrice = Field(0.0, description="on that cost, paid for heat drawn")


class Business(Declared):
    """Who owns what, and what is counted."""

    owners: dict[Name, tuple[Name, ...]] = Field(min_length=1, description="twins of each owner")
    baseline: Baseline = Field("no_exchange", description="what the optimised run is compared with")
    baseline_feed_in: Power | None = Field(
        None, description="constant heat into the other owner's network in the baseline"
    )
    emission_price: EmissionPrice = Field(description="on scope 1")
    gas_factor: EmissionFactor = Field(description="of gas, lower heating value")
    grid_factor: EmissionFactor = Field(description="of grid electricity")
    grid_factor_series: str | None = Field(
        None, description="series that takes the place of `grid_factor`, e.g. an hourly one"
    )
    grid_factor_variant: str = Field("not stated", description="printed with every table")
    heat_transfer: HeatTransfer = Field(
        "excluded", description="whether purchased heat enters scope 2"
    )
    tariffs: dict[Name, OwnerTariff] = Field(description="one for each owner")
    heat_between_owners: HeatBetweenOwners | None = Field(
        None, description="needed where the station meets another owner's network"
    )
    more_heat_contracts: tuple[HeatBetweenOwners, ...] = Field(
        (), description="with three or more owners: the other pairs"
    )

    @model_validator(mode="after")
    def _feed_in(self) -> Business:
        if (self.baseline == "constant_feed_in") != (self.baseline_feed_in is not None):
            raise ValueError(
                "`baseline: constant_feed_in` and `baseline_feed_in` (a power) go together"
            )
        return self

    @property
    def contracts(self) -> tuple[HeatBetweenOwners, ...]:
        """All contracts for heat between owners."""
        first = (self.heat_between_owners,) if self.heat_between_owners else ()
        return (*first, *self.more_heat_contracts)

    def series(self) -> tuple[Series, ...]:
        """The series that prices and factors are made from."""
        names = dict.fromkeys(t.electricity.series for t in self.tariffs.values())
        wanted = [Series(name, "energy_price") for name in names]
        if self.grid_factor_series:
            wanted.append(Series(self.grid_factor_series, "emission_factor"))
        return tuple(wanted)
