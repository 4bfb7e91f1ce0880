"""What base automation will do: the merit order of every network of a supply twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.information.dispatch import Dispatch, heat_cost
from rami.information.network_dispatch import (
    chp_value,
    network_converters,
    network_demand,
    network_dispatch,
)
from rami.information.prices import Array, Prices


@dataclass(frozen=True)
class BaseDispatch:
    """Per heating network the dispatch, per cooling network the heat left to its towers (kW)."""

    heating: Mapping[str, Dispatch]
    cooling: Mapping[str, Array]


def drawn(site: SiteTopology, network: str, powers: Frame) -> Array:
    """Net heat that stations take out of `twin.network`, kW.

    `powers` holds `<twin>.<hex>.P`, `<twin>.<hp>.P_el` and `.P_th` of every station. For a
    cooling network it is the heat the heat pumps take away.
    """
    total = np.zeros(powers.grid.count)
    for twin, name, hex_ in site.of(HeatExchanger):
        path = f"{twin}.{name}.P"
        if path in powers:
            total += powers[path] * (hex_.primary == network)
            total -= powers[path] * (hex_.secondary == network)
    for twin, name, hp in site.of(HeatPump):
        path = f"{twin}.{name}"
        if hp.evaporator == network and f"{path}.P_th" in powers:
            total += powers[f"{path}.P_th"] - powers[f"{path}.P_el"]
    return total


def base_dispatch(
    site: SiteTopology,
    twin: str,
    owner: str,
    data: Frame,
    prices: Prices,
    powers: Frame | None = None,
    *,
    relaxed: bool = False,
) -> BaseDispatch:
    """Merit order of a supply twin for each step of `data`; without `powers` the stations rest.

    `relaxed` drops minimum load and whole engines.
    """
    topology = site.twins[twin]
    heating: dict[str, Dispatch] = {}
    cooling: dict[str, Array] = {}
    for name, network in topology.networks.items():
        path = f"{twin}.{name}"
        taken = 0.0 if powers is None else drawn(site, path, powers)
        if network.kind == "cooling":
            left = network_demand(topology, name, data) - taken
            cooling[name] = np.asarray(np.maximum(left, 0.0))
        else:
            heating[name] = network_dispatch(
                site,
                path,
                prices.owner(owner),
                data,
                carbon_cost=prices.carbon_cost,
                gas_factor=prices.gas_factor,
                taken_kw=taken,
                relaxed=relaxed,
            )
    return BaseDispatch(heating, cooling)


class MeritOrder:
    """Costs and running engines of a supply twin's converters, per step, for its automation.

    `converters` is the order the automation wants them in.
    """

    def __init__(
        self,
        site: SiteTopology,
        twin: str,
        owner: str,
        converters: tuple[str, ...],
        data: Frame,
        prices: Prices,
    ) -> None:
        self.site, self.twin, self.owner = site, twin, owner
        self.converters = converters
        topology = site.twins[twin]
        value = chp_value(topology, prices.owner(owner), data)
        self._network = {
            name: network
            for network in topology.networks
            for name in network_converters(topology, network)
        }
        self.costs = np.zeros((data.grid.count, len(converters)))
        for j, name in enumerate(converters):
            unit = network_converters(topology, self._network[name])[name]
            self.costs[:, j] = heat_cost(unit, value, prices.carbon_cost)
        self.engines = np.zeros((data.grid.count, len(converters)))
        self.expect(0, data, prices, None)

    def save(self, first: int, last: int) -> bytes:
        """The engines of steps `first` to `last`."""
        return self.engines[first:last].tobytes()

    def restore(self, first: int, state: bytes) -> None:
        """Put back what `save` gave from step `first` on."""
        rows = np.frombuffer(state).reshape(-1, max(len(self.converters), 1))
        self.engines[first : first + len(rows)] = rows

    def expect(self, first: int, data: Frame, prices: Prices, powers: Frame | None) -> None:
        """Set the engines from step `first` on, for all steps of `data` (its own part)."""
        expected = base_dispatch(self.site, self.twin, self.owner, data, prices, powers)
        last = min(first + data.grid.count, len(self.engines))
        for j, name in enumerate(self.converters):
            network = expected.heating[self._network[name]]
            self.engines[first:last, j] = network.engines[: last - first, network.of(name)]
