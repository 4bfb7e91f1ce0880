"""Merit order of one network of a site: its converters, its consumers, what stations take."""

from __future__ import annotations

import numpy as np

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.asset.consumer import Consumer
from rami.asset.topology import SiteTopology, TwinTopology
from rami.core.frame import Frame
from rami.information.dispatch import Converter, Dispatch, dispatch
from rami.information.electricity import electricity_value
from rami.information.prices import Array, OwnerPrices


def network_converters(twin: TwinTopology, network: str) -> dict[str, Converter]:
    """CHPs and boilers on a network of a twin."""
    return {
        name: c
        for name, c in twin.components.items()
        if isinstance(c, Chp | Boiler) and _on(twin, c.network, network)
    }


def network_demand(twin: TwinTopology, network: str, data: Frame) -> Array:
    """Demand of a network's consumers in kW; `electricity` gives the plain electric loads."""
    total = np.zeros(data.grid.count)
    for consumer in twin.of(Consumer).values():
        if _on(twin, consumer.network, network):
            total += data[consumer.demand]
    return total


def chp_value(twin: TwinTopology, prices: OwnerPrices, data: Frame) -> Array:
    """Value of a twin's CHP electricity in EUR/kWh, all engines at full load (see eq. 3)."""
    full = sum(float(c.engines * c.power_el) for c in twin.of(Chp).values())
    load = network_demand(twin, "electricity", data)
    return electricity_value(prices, np.full(data.grid.count, full), load)


def network_dispatch(
    site: SiteTopology,
    path: str,
    prices: OwnerPrices,
    data: Frame,
    *,
    carbon_cost: float,
    gas_factor: float,
    taken_kw: Array | float = 0.0,
    relaxed: bool = False,
) -> Dispatch:
    """Merit order of the heating network `twin.network`; `taken_kw` is what stations draw.

    `prices` are those of the network's owner. See `dispatch` for the rest.
    """
    twin = site.twins[path.partition(".")[0]]
    network = path.partition(".")[2]
    return dispatch(
        network_converters(twin, network),
        network_demand(twin, network, data) + taken_kw,
        electricity_value=chp_value(twin, prices, data),
        carbon_cost=carbon_cost,
        gas_factor=gas_factor,
        relaxed=relaxed,
    )


def _on(twin: TwinTopology, reference: str, network: str) -> bool:
    return reference.removeprefix(f"{twin.name}.") == network
