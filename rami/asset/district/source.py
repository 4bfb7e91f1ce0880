"""Heat that comes at a price and an emission, from whatever makes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rami.asset.component import Declared
from rami.asset.district.capacity import CapacityPrice
from rami.core.quantity import EmissionFactor, EnergyPrice, Power, Share, Volume
from rami.core.written import Name

#: share of the power in each local hour
Profile = Annotated[
    list[Annotated[float, Field(ge=0, le=1, strict=False)]], Field(min_length=24, max_length=24)
]


class HeatSource(Declared):
    """Heat pump, biomass boiler, ORC, solar field, waste incineration, bought heat.

    Per kWh of heat: `price` (fuel or bought heat, without electricity), `emission`,
    `electricity_in` (1 / COP of a heat pump), `electricity_out` (of an ORC). `profile` limits the
    power by hour; below `part_load_min` of the power it stands. Bought heat may have a `capacity`
    price on the power subscribed or drawn.
    """

    kind: Literal["source"] = "source"
    power: Power
    price: EnergyPrice = 0.0
    emission: EmissionFactor = 0.0
    electricity_in: Share = 0.0
    electricity_out: Share = 0.0
    part_load_min: Share = 0.0
    profile: Profile = [1.0] * 24
    capacity: CapacityPrice | None = None


class Surplus(Declared):
    """An industrial station (HTS) that gives surplus heat through a storage of its own.

    `available` by hour is the share of `power` that the factory has to spare (at weekends times
    `weekend`); it can send up to `power` out of `storage`. `cost` per kWh sent is its own
    (pumps, heat pump), `contract` what the producer pays per kWh; `firm` the share of `power`
    that the contract promises in every hour.
    """

    owner: Name
    power: Power
    available: Profile
    weekend: Share = 0.5
    storage: Volume
    storage_spread: float = Field(40.0, gt=0, le=100, strict=False)
    cost: EnergyPrice
    contract: EnergyPrice
    firm: Share
    emission: EmissionFactor = 0.0
