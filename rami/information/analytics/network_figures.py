"""Eq. 2 and 3 of a network from what its converters really did."""

from __future__ import annotations

import numpy as np

from rami.asset.chp import Chp
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.core.quality import Qualities, worst
from rami.information.electricity import electricity_value
from rami.information.kpi import Carrier, Kpi, specific_cost, specific_emission
from rami.information.network_dispatch import network_converters, network_demand
from rami.information.prices import OwnerPrices, Prices


def network_figures(
    site: SiteTopology, path: str, owner: OwnerPrices, prices: Prices, powers: Frame, data: Frame
) -> tuple[Kpi, Kpi]:
    """Specific cost (eq. 3, EUR/kWh) and emissions (eq. 2, kg/kWh) of `twin.network`.

    `powers` holds interval means of the converters by site path (`iess.chp.P_fuel`), `data` the
    demands; all on one grid. Per kWh of heat that the converters gave, so that a starved
    network does not look cheap. CO2 money is not in the cost.
    """
    twin, _, network = path.partition(".")
    topology = site.twins[twin]
    converters = network_converters(topology, network)
    heat = np.zeros(powers.grid.count)
    grade: Qualities | None = None
    generation = np.zeros(powers.grid.count)
    for name in converters:
        heat = heat + powers[f"{twin}.{name}.P_th"]
        mine = powers.quality[:, powers.place(f"{twin}.{name}.P_fuel")]
        grade = mine if grade is None else worst(grade, mine)
    for name in topology.of(Chp):
        generation = generation + powers[f"{twin}.{name}.P_el"]
    load = network_demand(topology, "electricity", data)
    value = electricity_value(owner, generation, load)
    costs, emissions = [], []
    for name, unit in converters.items():
        fuel = powers[f"{twin}.{name}.P_fuel"]
        costs.append(Carrier(unit.fuel_price, fuel, grade))
        emissions.append(Carrier(prices.gas_factor, fuel, grade))
        if isinstance(unit, Chp):
            electricity = powers[f"{twin}.{name}.P_el"]
            costs.append(Carrier(-value, electricity))
            emissions.append(Carrier(-np.asarray(prices.grid_factor), electricity))
    return specific_cost(costs, heat), specific_emission(emissions, heat)
