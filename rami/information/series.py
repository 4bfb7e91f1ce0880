"""Which series a site needs from its data source, and what each one measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rami.asset.consumer import Consumer
from rami.asset.topology import SiteTopology

AIR_TEMPERATURE = "temp_air"
WET_BULB = "temp_wet"
DAY_AHEAD = "price_da"

#: flow temperature from which a heating network of a factory counts as process heat, degC
PROCESS_HEAT_FROM = 100.0


class Role(StrEnum):
    """What kind of load a demand series is; the synthetic generator has a profile for each."""

    PRODUCTION = "production"
    SPACE_HEATING = "space_heating"
    DISTRICT = "district"
    COOLING = "cooling"
    ELECTRIC = "electric"


@dataclass(frozen=True)
class Series:
    """A series by name: its quantity (`rami.core.units`), and of a load its role and nominal kW."""

    name: str
    quantity: str
    role: Role | None = None
    power: float = 0.0


_KNOWN = {AIR_TEMPERATURE: "temperature", WET_BULB: "temperature", DAY_AHEAD: "energy_price"}


def quantity_of(name: str) -> str | None:
    """Quantity of a series that everyone knows; `P_...` is a power, else None."""
    return _KNOWN.get(name) or ("power" if name.startswith("P_") else None)


def required_series(site: SiteTopology, more: Iterable[Series] = ()) -> Mapping[str, Series]:
    """Air temperature, day-ahead price, `more`, and the demand of every consumer, by name.

    Of several consumers with one demand series the first gives the role.
    """
    wanted = {name: Series(name, quantity) for name, quantity in _KNOWN.items()}
    del wanted[WET_BULB]  # derived from the air temperature
    wanted.update({s.name: s for s in more})
    for twin, _, consumer in site.of(Consumer):
        role = _role(site, twin, consumer)
        wanted.setdefault(consumer.demand, Series(consumer.demand, "power", role, consumer.power))
    return wanted


def _role(site: SiteTopology, twin: str, consumer: Consumer) -> Role:
    if consumer.electric:
        return Role.ELECTRIC
    network = site.network(site.resolve(twin, consumer.network))
    if network.kind == "cooling":
        return Role.COOLING
    if site.twins[twin].kind == "dhs":
        return Role.DISTRICT
    return Role.PRODUCTION if network.flow >= PROCESS_HEAT_FROM else Role.SPACE_HEATING
