"""The station's own figures by eq. 19 to 23: heat at its specific cost and emissions.

They carry internal prices and are no scope figures; they stand beside the owners' accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rami.asset.heat_pump import HeatPump
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.information.prices import Array


def energy_value(specific: Array | float, energy_kwh: Array) -> Array:
    """Eq. 20, 22, 23: E_t, C_t, R_t = specific value x P x delta t, per step.

    `specific` in kg/kWh or EUR/kWh, `energy_kwh` = P x delta t.
    """
    return np.asarray(specific * energy_kwh)


@dataclass(frozen=True)
class StationEmissions:
    """Eq. 19 in kg: heat drawn and fed in by network, and electricity."""

    drawn: Mapping[str, float]
    fed_in: Mapping[str, float]
    electricity: float

    @property
    def total(self) -> float:
        """E_HTS of eq. 19, kg."""
        return sum(self.drawn.values()) - sum(self.fed_in.values()) + self.electricity

    def plain(self) -> dict[str, object]:
        """For results.json; t CO2e."""
        return {
            "equation": "19-20",
            "drawn_t": {n: v / 1000 for n, v in self.drawn.items()},
            "fed_in_t": {n: v / 1000 for n, v in self.fed_in.items()},
            "electricity_t": self.electricity / 1000,
            "total_t": self.total / 1000,
        }


@dataclass(frozen=True)
class StationCost:
    """Eq. 21 in EUR: costs C and revenues R by network, electricity, CO2, peak."""

    costs: Mapping[str, float]
    revenues: Mapping[str, float]
    electricity: float
    co2: float
    peak: float

    @property
    def total(self) -> float:
        """C_HTS of eq. 21 with its sign corrected: revenues lower the cost."""
        return (
            sum(self.costs.values())
            + self.electricity
            + self.co2
            + self.peak
            - sum(self.revenues.values())
        )

    def plain(self) -> dict[str, object]:
        """For results.json; EUR."""
        return {
            "equation": "21-23",
            "costs_EUR": dict(self.costs),
            "revenues_EUR": dict(self.revenues),
            "electricity_EUR": self.electricity,
            "co2_EUR": self.co2,
            "peak_EUR": self.peak,
            "total_EUR": self.total,
        }


def station_electricity(site: SiteTopology, station: str, metered: Frame) -> Array:
    """Eq. 16 as energy: heat pumps and immersion heaters of a station, kWh per step."""
    twin = site.twins[station]
    total = np.zeros(metered.grid.count)
    for name in (*twin.of(HeatPump), *twin.of(ImmersionHeater)):
        total += metered[f"{station}.{name}.E_el"]
    return total


def station_emissions(
    site: SiteTopology,
    station: str,
    metered: Frame,
    specific: Mapping[str, Array | float],
    grid_factor: Array | float,
) -> StationEmissions:
    """Eq. 19 from a station's meters.

    `specific` gives e_t (eq. 2, kg/kWh) of each heating network `twin.network` at its
    borders; cooling networks have no part in eq. 19. `grid_factor` in kg/kWh.
    """
    drawn, fed_in = {}, {}
    for network, (out, back) in _border_heat(site, station, metered, "heating").items():
        drawn[network] = float(energy_value(specific[network], out).sum())
        fed_in[network] = float(energy_value(specific[network], back).sum())
    electricity = energy_value(grid_factor, station_electricity(site, station, metered))
    return StationEmissions(drawn, fed_in, float(electricity.sum()))


def station_cost(
    site: SiteTopology,
    station: str,
    metered: Frame,
    draw: Mapping[str, Array | float],
    feed_in: Mapping[str, Array | float],
    electricity_price: Array | float,
    co2: float = 0.0,
    peak: float = 0.0,
) -> StationCost:
    """Eq. 21 from a station's meters, with internal prices.

    `draw` and `feed_in` give c_t and r_t (EUR/kWh) of each heating network; `feed_in` also r_t
    of a cooling network that heat is taken from (cooling relieved is a revenue; default 0).
    `co2` and `peak` are EUR of the whole period; `co2` must be zero where the specific costs
    hold it.
    """
    costs, revenues = {}, {}
    for network, (out, back) in _border_heat(site, station, metered, "heating").items():
        costs[network] = float(energy_value(draw[network], out).sum())
        revenues[network] = float(energy_value(feed_in[network], back).sum())
    for network, (out, _) in _border_heat(site, station, metered, "cooling").items():
        revenues[network] = float(energy_value(feed_in.get(network, 0.0), out).sum())
    used = station_electricity(site, station, metered)
    return StationCost(
        costs, revenues, float(energy_value(electricity_price, used).sum()), co2, peak
    )


def _border_heat(
    site: SiteTopology, station: str, metered: Frame, kind: str
) -> dict[str, tuple[Array, Array]]:
    """(out of, into) each network of a kind, over the station's borders, kWh per step."""
    heat: dict[str, tuple[Array, Array]] = {}
    for c in site.couplings:
        network = f"{c.network_twin}.{c.network}"
        if c.twin != station or site.network(network).kind != kind:
            continue
        energy = metered[f"{station}.{c.border}.E"]
        out, back = heat.get(network, (np.zeros_like(energy), np.zeros_like(energy)))
        heat[network] = (out + np.maximum(energy, 0), back + np.maximum(-energy, 0))
    return heat
