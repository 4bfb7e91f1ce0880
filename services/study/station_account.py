"""The station's own figures by eq. 19 to 23, from the meters of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rami.business.ownership import owner_of_twins
from rami.business.station_figures import station_cost, station_emissions
from rami.core.frame import Frame
from rami.information.kpi import network_cost, network_emission
from rami.information.network_dispatch import (
    chp_value,
    network_converters,
    network_demand,
    network_dispatch,
)
from rami.information.prices import Array
from rami.information.series import Figure
from services.study.job import JobResult

if TYPE_CHECKING:
    from twins.site.site import Site


def station_account(site: Site, result: JobResult) -> dict[str, Any]:
    """`{station: {emissions, cost}}`, with the specific values (eq. 1-3) of the base dispatch.

    They carry internal prices: no scope figures, and no cash of an owner. Heat between owners
    has its contract price; CO2 money is on the scope 1 behind the heat of the owner's networks.
    """
    topology, prices = site.topology, result.prices
    owner_of = owner_of_twins(topology, site.business.owners)
    metered = result.evaluation.metered
    account: dict[str, Any] = {}
    for station, twin in topology.twins.items():
        if twin.kind != "hts":
            continue
        emission: dict[str, Array | float] = {}
        draw: dict[str, Array | float] = {}
        feed: dict[str, Array | float] = {}
        co2 = 0.0
        for c in topology.couplings:
            path = f"{c.network_twin}.{c.network}"
            if c.twin != station or topology.network(path).kind == "cooling":
                continue
            pair = (owner_of[station], owner_of[c.network_twin])
            own_cost, own_emission, scope1 = _specific(site, path, pair[1], result)
            foreign = pair[0] != pair[1]
            # an owner knows its own emissions by eq. 2; another's are what that one says
            said = Figure.EMISSION.of(path) if foreign else ""
            emission[path] = _delivered(result.data, said, own_emission)
            said = Figure.COST.of(path) if result.mode == "ems" else ""
            cost = _delivered(result.data, said, own_cost)
            if pair in prices.heat:
                draw[path], feed[path] = prices.heat[pair].draw, prices.heat[pair].feed_in
            else:
                draw[path] = feed[path] = cost
                heat = metered[f"{station}.{c.border}.E"]
                co2 += prices.co2_price * float((scope1 * heat).sum())
        buy = prices.owner(owner_of[station]).el_buy
        emissions = station_emissions(topology, station, metered, emission, prices.grid_factor)
        costs = station_cost(topology, station, metered, draw, feed, buy, co2)
        account[station] = {"emissions": emissions.plain(), "cost": costs.plain()}
    return account


def _delivered(data: Frame, name: str, own: Array) -> Array:
    """A series where the data have it; own calculation elsewhere."""
    if name not in data:
        return own
    return np.where(np.isfinite(data[name]), data[name], own)


def _specific(site: Site, path: str, owner: str, result: JobResult) -> tuple[Array, Array, Array]:
    """Specific cost (EUR/kWh), emissions and scope-1 emissions (kg/kWh) of a network's heat."""
    prices, data = result.prices, result.data
    twin, _, network = path.partition(".")
    topology = site.topology.twins[twin]
    converters = network_converters(topology, network)
    demand = network_demand(topology, network, data)
    dispatch = network_dispatch(
        site.topology,
        path,
        prices.owner(owner),
        data,
        carbon_cost=prices.carbon_cost,
        gas_factor=prices.gas_factor,
    )
    value = chp_value(topology, prices.owner(owner), data)
    cost = network_cost(dispatch, converters, demand, value, prices.carbon_cost)
    full = network_emission(dispatch, converters, demand, prices.gas_factor, prices.grid_factor)
    direct = network_emission(dispatch, converters, demand, prices.gas_factor, 0.0)
    return cost.values, full.values, direct.values
