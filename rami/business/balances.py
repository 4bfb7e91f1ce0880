"""Energy that enters and leaves each twin, and how far it is from being accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from rami.asset.boiler import Boiler
from rami.asset.border import Border
from rami.asset.chp import Chp
from rami.asset.component import Component
from rami.asset.consumer import Consumer
from rami.asset.cooling_tower import CoolingTower
from rami.asset.exchange import Exchange
from rami.asset.heat_pump import HeatPump
from rami.asset.heat_storage import HeatStorage
from rami.asset.immersion_heater import ImmersionHeater
from rami.asset.topology import SiteTopology, TwinTopology
from rami.core.frame import Frame
from rami.information.prices import Array

#: kWh; less than this moved counts as nothing moved
AT_REST_KWH = 1e-3


@dataclass
class Balance:
    """Sums of one balance, kWh per step: what goes in less what comes out, and all that moved."""

    count: int
    net: Array = field(init=False)
    moved: Array = field(init=False)

    def __post_init__(self) -> None:
        self.net, self.moved = np.zeros(self.count), np.zeros(self.count)

    def add(self, energy: Array, sign: float = 1.0) -> None:
        """An energy that goes in (+1) or comes out (-1)."""
        self.net += sign * energy
        self.moved += np.abs(energy)

    def relative(self) -> float:
        """The larger of the total and the worst step, relative to the turnover.

        The total is measured by the total turnover, a step by its own turnover or the mean
        one, whichever is larger (a step at rest has none); neither by less than `AT_REST_KWH`,
        so that the round-off of something at rest is no residual.
        """
        if not self.count:
            return 0.0
        usual = max(float(self.moved.mean()), AT_REST_KWH)
        steps = np.abs(self.net) / np.maximum(self.moved, usual)
        total = max(float(self.moved.sum()), AT_REST_KWH)
        return float(max(steps.max(), abs(self.net.sum()) / total))


def fuel_balances(site: SiteTopology, metered: Frame) -> dict[str, float]:
    """Fuel = heat + electricity + losses, relative, per converter.

    Losses are the metered flue gas (`E_flue`) where there is such a register, else what the
    declared efficiencies leave.
    """
    found = {}
    for twin, topology in site.twins.items():
        for name, component in topology.components.items():
            if isinstance(component, Chp | Boiler):
                found[f"{twin}.{name}"] = _fuel_balance(f"{twin}.{name}", component, metered)
    return found


def _fuel_balance(path: str, component: Chp | Boiler, metered: Frame) -> float:
    balance = Balance(metered.grid.count)
    fuel, heat = metered[f"{path}.E_fuel"], metered[f"{path}.E_th"]
    balance.add(fuel)
    balance.add(heat, -1)
    used = float(component.efficiency) if isinstance(component, Boiler) else 0.0
    if isinstance(component, Chp):
        balance.add(metered[f"{path}.E_el"], -1)
        used = float(component.efficiency_el + component.efficiency_th)
    flue = f"{path}.E_flue"
    balance.add(metered[flue] if flue in metered else (1 - used) * fuel, -1)
    return balance.relative()


def border_balances(site: SiteTopology, metered: Frame) -> dict[str, float]:
    """Both meters of every border, relative to the heat that crossed."""
    found = {}
    for c in site.couplings:
        balance = Balance(metered.grid.count)
        balance.add(metered[f"{c.twin}.{c.border}.E"])
        balance.add(metered[f"{c.network_twin}.{c.exchange}.E"], -1)
        found[f"{c.twin}.{c.border}"] = balance.relative()
    return found


def heat_balances(
    site: SiteTopology, metered: Frame, stored: Mapping[str, Array]
) -> dict[str, float]:
    """Heat in = consumed + stored + lost, relative; for each twin or network in `stored`.

    `stored` maps a twin, or one of its networks as `twin.network`, to the change of its heat
    content per step, kWh.
    """
    found = {}
    for where, change in stored.items():
        twin, _, network = where.partition(".")
        balance = Balance(metered.grid.count)
        for name, component in site.twins[twin].components.items():
            if not network or _place(site.twins[twin], component) == network:
                _add(site, twin, name, component, metered, balance)
        balance.add(np.asarray(change, float), -1)
        found[where] = balance.relative()
    return found


def _place(twin: TwinTopology, component: Component) -> str:
    """The local network a component stands on, empty for a station's components."""
    return str(getattr(component, "network", "")).removeprefix(f"{twin.name}.")


def _add(
    site: SiteTopology, twin: str, name: str, component: Component, metered: Frame, into: Balance
) -> None:
    path = f"{twin}.{name}"
    if isinstance(component, Chp | Boiler):
        into.add(metered[f"{path}.E_th"])
    elif isinstance(component, CoolingTower):
        into.add(metered[f"{path}.E_th"], -1)
    elif isinstance(component, Consumer) and not component.electric:
        heating = site.network(site.resolve(twin, component.network)).kind == "heating"
        into.add(metered[f"{path}.E"], -1 if heating else 1)
    elif isinstance(component, Exchange):
        into.add(metered[f"{path}.E"], -1)
    elif isinstance(component, Border):
        into.add(metered[f"{path}.E"])
    elif isinstance(component, HeatPump):
        into.add(metered[f"{path}.E_el"])
    elif isinstance(component, ImmersionHeater):
        drawn, lost = metered[f"{path}.E_el"], f"{path}.E_ambient"
        into.add(drawn)
        into.add(
            metered[lost] if lost in metered else (1 - float(component.efficiency)) * drawn, -1
        )
    elif isinstance(component, HeatStorage):
        into.add(metered[f"{path}.E_loss"], -1)
