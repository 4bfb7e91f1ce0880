"""Equations 1 to 3 with what a site does now: networks by their converters, converters alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rami.asset.boiler import Boiler
from rami.asset.capability import Vector
from rami.asset.chp import Chp
from rami.asset.heat_pump import HeatPump
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.core.points import PointIndex
from rami.core.quality import Qualities
from rami.information.analytics.declared import heated_networks
from rami.information.analytics.network_figures import network_figures
from rami.information.electricity import electricity_value
from rami.information.kpi import Carrier, Kpi, specific_cost, specific_emission
from rami.information.network_dispatch import network_demand
from rami.information.prices import Prices

_CONVERTERS = (Chp, Boiler, HeatPump, ImmersionHeater)
_POWERS = ("P_th", "P_el", "P_fuel")
#: value and unit by name
Figures = dict[str, tuple[float, str]]


class PresentFigures:
    """`cost.<twin>.<name>` and `emission.<twin>.<name>` of every heating network with converters
    of its own and of every converter of heat, per kWh of heat; NaN where it gives none.

    Electricity that is drawn counts at the owner's price of purchase, that of an engine as in
    eq. 3. CO2 money is in no cost.
    """

    def __init__(
        self,
        site: SiteTopology,
        owner_of: Mapping[str, str],
        outputs: Mapping[str, PointIndex],
    ) -> None:
        self._site, self._owner_of = site, owner_of
        self._columns: list[tuple[str, str, int]] = []
        self._units: dict[str, list[str]] = {}
        for twin, topology in site.twins.items():
            index = outputs[twin]
            self._units[twin] = [
                n for n, c in topology.components.items() if isinstance(c, _CONVERTERS)
            ]
            self._columns += [
                (f"{twin}.{name}.{power}", twin, index[f"{name}.{power}"])
                for name in self._units[twin]
                for power in _POWERS
                if f"{name}.{power}" in index
            ]
        self._names = tuple(name for name, _, _ in self._columns)

    @property
    def units(self) -> dict[str, str]:
        """By the names of the figures."""
        paths = [
            f"{twin}.{name}"
            for twin, units in self._units.items()
            for name in (*heated_networks(self._site, twin), *units)
        ]
        told = {f"cost.{path}": "EUR/kWh" for path in paths}
        return told | {f"emission.{path}": "kg/kWh" for path in paths}

    def now(
        self,
        outputs: Mapping[str, Vector],
        marks: Mapping[str, Qualities],
        data: Frame,
        prices: Prices,
    ) -> Figures:
        """`outputs` by twin with their quality; `data` and `prices` of the present interval."""
        values = np.array([[float(outputs[twin][at]) for _, twin, at in self._columns]])
        grade = np.array([[marks[twin][at] for _, twin, at in self._columns]], np.uint32)
        units = ("kW",) * len(self._names)
        powers = Frame(data.grid, self._names, units, values, grade)
        found: Figures = {}
        for twin in self._site.twins:
            owner = prices.owner(self._owner_of[twin])
            for network in heated_networks(self._site, twin):
                path = f"{twin}.{network}"
                _put(found, path, network_figures(self._site, path, owner, prices, powers, data))
            for name in self._units[twin]:
                _put(found, f"{twin}.{name}", self._converter(twin, name, prices, powers, data))
        return found

    def _converter(
        self, twin: str, name: str, prices: Prices, powers: Frame, data: Frame
    ) -> tuple[Kpi, Kpi]:
        """Eq. 1 and 2 of one converter."""
        topology, path = self._site.twins[twin], f"{twin}.{name}"
        unit, owner = topology.components[name], prices.owner(self._owner_of[twin])
        heat = powers[f"{path}.P_th"]
        grade = powers.quality[:, powers.place(f"{path}.P_th")]
        if isinstance(unit, Chp | Boiler):
            fuel = powers[f"{path}.P_fuel"]
            costs = [Carrier(unit.fuel_price, fuel, grade)]
            emissions = [Carrier(prices.gas_factor, fuel, grade)]
            if isinstance(unit, Chp):
                given = -powers[f"{path}.P_el"]
                generation = sum(
                    (powers[f"{twin}.{n}.P_el"] for n in topology.of(Chp)), np.zeros(1)
                )
                load = network_demand(topology, "electricity", data)
                costs.append(Carrier(electricity_value(owner, generation, load), given))
                emissions.append(Carrier(prices.grid_factor, given))
        else:
            drawn = powers[f"{path}.P_el"]
            costs = [Carrier(owner.el_buy, drawn, grade)]
            emissions = [Carrier(prices.grid_factor, drawn, grade)]
        return specific_cost(costs, heat), specific_emission(emissions, heat)


def _put(found: Figures, path: str, kpis: tuple[Kpi, Kpi]) -> None:
    for word, kpi in zip(("cost", "emission"), kpis, strict=True):
        found[f"{word}.{path}"] = (float(kpi.values[0]), kpi.unit)
