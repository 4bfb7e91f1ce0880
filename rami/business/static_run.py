"""A run without dynamics: the registers that follow when every step is in balance.

Stations give exactly the powers asked for, converters follow by merit order, nothing is
stored in networks and nothing lost. It settles a plan before it is run, is one link of the
chain from planned to realised, and an oracle for tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.asset.chp import Chp
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.heat_exchanger import HeatExchanger
from rami.asset.heat_pump import HeatPump
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import SiteTopology, TwinTopology
from rami.business.meters import with_electric_loads
from rami.business.ownership import owner_of_twins
from rami.core.frame import Frame
from rami.information.network_dispatch import network_converters, network_demand, network_dispatch
from rami.information.prices import Array, Prices


@dataclass(frozen=True)
class StaticRun:
    """Registers in kWh per step (electric loads included), and the change of heat content."""

    metered: Frame
    stored: dict[str, Array]


def static_run(
    site: SiteTopology,
    owners: dict[str, tuple[str, ...]],
    prices: Prices,
    data: Frame,
    powers: Frame | None = None,
    *,
    relaxed: bool = False,
) -> StaticRun:
    """The registers of a run on the grid of `data` (demands in kW).

    `powers` holds `<twin>.<hex>.P`, `<hp>.P_el`, `<hp>.P_th`, `<ih>.P_el` in kW; what is missing
    rests. `relaxed` drops minimum load and whole engines. A demand that converters
    cannot cover, or a minimum load above it, changes the network's heat content.
    """
    owner_of = owner_of_twins(site, owners)
    run = _Registers(site, data, powers)
    for twin in site.twins:
        run.station(twin)
    for path in site.network_paths():
        twin, _, network = path.partition(".")
        if site.network(path).kind == "cooling":
            run.cooling(twin, network)
        elif network_converters(site.twins[twin], network) or run.taken[path].any():
            owner = prices.owner(owner_of[twin])
            found = network_dispatch(
                site,
                path,
                owner,
                data,
                carbon_cost=prices.carbon_cost,
                gas_factor=prices.gas_factor,
                taken_kw=run.taken[path],
                relaxed=relaxed,
            )
            for j, name in enumerate(found.converters):
                run.put(f"{twin}.{name}.E_th", found.p_th[:, j])
                run.put(f"{twin}.{name}.E_fuel", found.p_fuel[:, j])
                if isinstance(site.twins[twin].components[name], Chp):
                    run.put(f"{twin}.{name}.E_el", found.p_el[:, j])
            # what stations feed in beyond the demand stays in the network too
            beyond = found.demand - network_demand(site.twins[twin], network, data)
            fed = beyond - run.taken[path]
            run.content[twin] += (found.surplus - found.shortfall + fed) * data.grid.step_h
    return StaticRun(with_electric_loads(site, run.frame(), data), run.content)


class _Registers:
    """Registers as they fill, all zero at first; `taken` is heat out of each network in kW."""

    def __init__(self, site: SiteTopology, data: Frame, powers: Frame | None) -> None:
        self.site, self.data, self.powers = site, data, powers
        self.columns = {
            f"{twin}.{p.name}": np.zeros(data.grid.count)
            for twin, topology in site.twins.items()
            for p in topology.points.points
            if p.cumulative
        }
        self.taken = {path: np.zeros(data.grid.count) for path in site.network_paths()}
        self.content = {twin: np.zeros(data.grid.count) for twin in site.twins}
        for twin, name, consumer in site.of(Consumer):
            if not consumer.electric:
                self.put(f"{twin}.{name}.E", data[consumer.demand])

    def put(self, register: str, power_kw: Array) -> None:
        """Energy of a power, kWh per step."""
        self.columns[register] = power_kw * self.data.grid.step_h

    def power(self, path: str) -> Array:
        """A power asked for, kW; zero where nothing is asked."""
        if self.powers is None or path not in self.powers:
            return np.zeros(self.data.grid.count)
        return self.powers[path]

    def station(self, twin: str) -> None:
        """Exchangers, heat pumps and heaters of a twin, and what they do to networks."""
        topology = self.site.twins[twin]
        hours = self.data.grid.step_h
        for name in topology.of(HeatExchanger):
            p = self.power(f"{twin}.{name}.P")
            self.put(f"{twin}.{name}.E", p)
            self._cross(twin, name, p)
        for name in topology.of(HeatPump):
            p_el, p_th = self.power(f"{twin}.{name}.P_el"), self.power(f"{twin}.{name}.P_th")
            self.put(f"{twin}.{name}.E_el", p_el)
            self.put(f"{twin}.{name}.E_th", p_th)
            self._cross(twin, name, p_th - p_el)
            self.content[twin] += p_el * hours
        for name, heater in topology.of(ImmersionHeater).items():
            p_el = self.power(f"{twin}.{name}.P_el")
            self.put(f"{twin}.{name}.E_el", p_el)
            self.content[twin] += p_el * heater.efficiency * hours

    def _cross(self, twin: str, name: str, p: Array) -> None:
        """A component's heat from one side to the other, at the border it has."""
        hours = self.data.grid.step_h
        for c in self.site.couplings:
            if c.twin != twin or name not in _neighbours(self.site.twins[twin], c.border):
                continue
            component = self.site.twins[twin].components[name]
            network = f"{c.network_twin}.{c.network}"
            out = p if getattr(component, "secondary", None) != network else -p
            self.put(f"{twin}.{c.border}.E", out)
            self.put(f"{c.network_twin}.{c.exchange}.E", out)
            self.taken[network] += out
            self.content[twin] += out * hours

    def cooling(self, twin: str, network: str) -> None:
        """Towers share what stations leave of a cooling network's demand, by size."""
        topology = self.site.twins[twin]
        towers = {
            n: c
            for n, c in topology.of(CoolingTower).items()
            if c.network.removeprefix(f"{twin}.") == network
        }
        left = network_demand(topology, network, self.data) - self.taken[f"{twin}.{network}"]
        size = sum(float(c.power) for c in towers.values())
        done = np.clip(left, 0.0, size)
        for name, tower in towers.items():
            heat = done * float(tower.power) / size
            self.put(f"{twin}.{name}.E_th", heat)
            self.put(f"{twin}.{name}.E_el", heat * tower.electricity_share)
        self.content[twin] += (left - done) * self.data.grid.step_h

    def frame(self) -> Frame:
        """All registers."""
        columns = {n: ("kWh", v) for n, v in self.columns.items()}
        return Frame.of(self.data.grid, columns, "static run")


def _neighbours(twin: TwinTopology, border: str) -> set[str]:
    """The components whose ports a border is linked to."""
    ends = {p.partition(".")[0] for k in twin.links_of(border) for p in (k.source, k.target)}
    return ends - {border}
