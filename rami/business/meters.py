"""The meters that money and emissions are counted from, derived from the topology.

A meter is a register of a component (`twin.component.E_*`); its name says what it counts:
`E_fuel` fuel burnt, `E_el` electricity (generated where the component burns fuel, else
drawn), `E` of a consumer what it got, `E` of a border or an exchange heat out of the network
behind it. Registers that are only of use inside a twin (losses, heat of a converter) are no
meters of the accounts; `closure` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from rami.asset.border import Border
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.topology import SiteTopology
from rami.core.errors import DataError, Problem
from rami.core.frame import Frame
from rami.core.wording import did_you_mean


class Counts(StrEnum):
    """What a meter counts."""

    FUEL = "fuel"
    GENERATION = "generation"
    ELECTRICITY = "electricity"
    CONSUMER_HEAT = "consumer_heat"
    CONSUMER_COOLING = "consumer_cooling"
    BORDER = "border"  # the station's side: the billing meter
    EXCHANGE = "exchange"  # the network's side


@dataclass(frozen=True)
class Meter:
    """One register: its column in a frame of metered kWh, its owner, what it counts.

    `network` is `twin.network` where heat is counted.
    """

    path: str
    owner: str
    counts: Counts
    network: str = ""

    @property
    def component(self) -> str:
        """`twin.component`."""
        return self.path.rpartition(".")[0]


def meters_of(site: SiteTopology, owner_of: Mapping[str, str]) -> tuple[Meter, ...]:
    """Every meter of the accounts, in the order of the topology."""
    meters: list[Meter] = []
    for twin, topology in site.twins.items():
        for name, component in topology.components.items():
            path, owner = f"{twin}.{name}", owner_of[twin]
            meters += _component_meters(site, twin, path, owner, component)
    for c in site.couplings:
        path = f"{c.network_twin}.{c.exchange}.E"
        network = f"{c.network_twin}.{c.network}"
        meters.append(Meter(path, owner_of[c.network_twin], Counts.EXCHANGE, network))
    return tuple(meters)


def _component_meters(
    site: SiteTopology, twin: str, path: str, owner: str, component: Component
) -> list[Meter]:
    if isinstance(component, Border):
        return [Meter(f"{path}.E", owner, Counts.BORDER, component.network)]
    if isinstance(component, Consumer):
        if component.electric:
            return [Meter(f"{path}.E", owner, Counts.ELECTRICITY)]
        network = site.resolve(twin, component.network)
        heating = site.network(network).kind == "heating"
        counts = Counts.CONSUMER_HEAT if heating else Counts.CONSUMER_COOLING
        return [Meter(f"{path}.E", owner, counts, network)]
    registers = {p.name for p in component.points() if p.cumulative}
    found = []
    if "E_fuel" in registers:
        found.append(Meter(f"{path}.E_fuel", owner, Counts.FUEL))
    if "E_el" in registers:
        counts = Counts.GENERATION if "E_fuel" in registers else Counts.ELECTRICITY
        found.append(Meter(f"{path}.E_el", owner, counts))
    return found


def with_electric_loads(site: SiteTopology, metered: Frame, data: Frame) -> Frame:
    """`metered` with the plain electric loads (`twin.consumer.E`, kWh), which have no model.

    They draw what their demand series in `data` says, kW on the same grid.
    """
    columns = {
        f"{twin}.{name}.E": ("kWh", data[c.demand] * data.grid.step_h)
        for twin, name, c in site.of(Consumer)
        if c.electric and f"{twin}.{name}.E" not in metered
    }
    if not columns:
        return metered
    return metered.joined([Frame.of(metered.grid, columns, "demand series")])


def check_metered(meters: tuple[Meter, ...], metered: Frame) -> None:
    """Every meter has a column without holes; DataError naming all that do not."""
    problems = []
    for meter in meters:
        if meter.path not in metered:
            hint = did_you_mean(meter.path, metered.names)
            problems.append(Problem("meters", f"no register {meter.path!r}", hint))
        elif not np.isfinite(metered[meter.path]).all():
            first = int(np.flatnonzero(~np.isfinite(metered[meter.path]))[0])
            problems.append(Problem("meters", f"{meter.path} has no value in interval {first}"))
    if problems:
        raise DataError(problems)
