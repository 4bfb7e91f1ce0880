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


class Figure(StrEnum):
    """Series about a network, `<figure>.<twin>.<network>`; each has an own calculation.

    `COST` (EUR/kWh, without CO2) and `EMISSION` (kg/kWh, what CO2 money is charged on) are the
    key figures of eq. 1 to 3, which an energy management system may deliver. `HEAT_DRAW` and
    `HEAT_FEED_IN` (EUR/kWh) are what a station pays for heat out of another owner's network and
    gets for heat put into it. `MAX_GIVE` and `MAX_TAKE` (kW) are the most that all stations
    together may draw from the network and feed into it.
    """

    COST = "cost"
    EMISSION = "emission"
    HEAT_DRAW = "heat_draw"
    HEAT_FEED_IN = "heat_feed_in"
    MAX_GIVE = "max_give"
    MAX_TAKE = "max_take"

    @property
    def quantity(self) -> str:
        """What it measures."""
        if self in (Figure.MAX_GIVE, Figure.MAX_TAKE):
            return "power"
        return "emission_factor" if self is Figure.EMISSION else "energy_price"

    def of(self, network: str) -> str:
        """The series' name for a network `twin.network`."""
        return f"{self.value}.{network}"


def figure_of(name: str) -> tuple[Figure, str] | None:
    """Figure and network of a series such as `cost.iess.hnht`; None for any other."""
    word, _, network = name.partition(".")
    return (Figure(word), network) if word in _FIGURES and "." in network else None


_FIGURES = tuple(f.value for f in Figure)
_KNOWN = {AIR_TEMPERATURE: "temperature", WET_BULB: "temperature", DAY_AHEAD: "energy_price"}


def quantity_of(name: str) -> str | None:
    """Quantity of a series that everyone knows, else None; `P_...` is a power."""
    figure = figure_of(name)
    if figure:
        return figure[0].quantity
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
