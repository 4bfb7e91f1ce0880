"""What must add up: energy, money and emissions, checked against sums made another way.

Owners' accounts are formed owner by owner; here the same figures are formed carrier by
carrier over the whole site, straight from the registers, without asking who owns what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rami.asset.topology import SiteTopology
from rami.business.balances import Balance, border_balances, fuel_balances, heat_balances
from rami.business.carriers import consumer_money, fuel_money, grid_money, site_flows
from rami.business.settlement import Settlement
from rami.core.frame import Frame
from rami.information.prices import Array, Prices

#: tolerances: relative, and EUR
RELATIVE = 1e-6
MONEY_EUR = 0.01


@dataclass(frozen=True)
class Closure:
    """Residuals; `energy` and `emissions` relative, `money` in EUR, each by what was checked."""

    energy: Mapping[str, float]
    money: Mapping[str, float]
    emissions: Mapping[str, float]

    @property
    def energy_rel(self) -> float:
        """The worst energy residual, relative."""
        return _largest(self.energy)

    @property
    def money_eur(self) -> float:
        """The worst money residual, EUR."""
        return _largest(self.money)

    @property
    def emissions_rel(self) -> float:
        """The worst emission residual, relative."""
        return _largest(self.emissions)

    @property
    def holds(self) -> bool:
        """Whether every residual is within its tolerance."""
        return not self.broken()

    def plain(self) -> dict[str, float]:
        """`closure` of results.json."""
        return {
            "energy_rel": self.energy_rel,
            "money_eur": self.money_eur,
            "emissions_rel": self.emissions_rel,
        }

    def broken(self) -> tuple[str, ...]:
        """What does not close, in words."""
        checks = (
            ("energy", self.energy, RELATIVE, ""),
            ("money", self.money, MONEY_EUR, " EUR"),
            ("emissions", self.emissions, RELATIVE, ""),
        )
        return tuple(
            f"{kind} of {what} does not close: {value:.3g}{unit}, wanted at most {limit:g}"
            for kind, table, limit, unit in checks
            for what, value in table.items()
            if not value <= limit
        )


def _largest(residuals: Mapping[str, float]) -> float:
    """The largest one; NaN where one is no number."""
    return float(np.max(list(residuals.values()), initial=0.0))


def check_closure(
    site: SiteTopology,
    prices: Prices,
    metered: Frame,
    settlement: Settlement,
    stored: Mapping[str, Array],
) -> Closure:
    """All checks of one run, per step and in total.

    `stored` is the change of heat content per step (kWh) by twin or `twin.network`.
    """
    energy = {
        **{f"fuel {n}": v for n, v in fuel_balances(site, metered).items()},
        **{f"border {n}": v for n, v in border_balances(site, metered).items()},
        **{f"heat {n}": v for n, v in heat_balances(site, metered, stored).items()},
        "electricity": _electricity(site, metered, settlement),
    }
    return Closure(
        energy,
        _money(site, prices, metered, settlement),
        _emissions(site, prices, metered, settlement),
    )


def _electricity(site: SiteTopology, metered: Frame, settlement: Settlement) -> float:
    """Import + generation = use + export over all owners."""
    flows = site_flows(site, metered)
    balance = Balance(metered.grid.count)
    balance.add(flows.generated)
    balance.add(flows.drawn, -1)
    for account in settlement.owners.values():
        balance.add(account.grid_import)
        balance.add(account.grid_export, -1)
    return balance.relative()


def _money(
    site: SiteTopology, prices: Prices, metered: Frame, settlement: Settlement
) -> dict[str, float]:
    accounts = settlement.owners.values()
    nothing = np.zeros(metered.grid.count)
    between = sum((a.heat_sold - a.heat_bought for a in accounts), nothing)
    # what owners pay and get in sum is what goes to and comes from outside the site
    outside = fuel_money(site, prices, metered)
    for owner in settlement.owners:
        twins = [t for t, o in settlement.owner_of.items() if o == owner]
        outside = outside + grid_money(site, twins, prices.owner(owner), metered)
        outside = outside - consumer_money(site, twins, prices.owner(owner), metered)
    return {
        "settlements between owners": _worst(between),
        "heat at the billing meters": _worst(_billed(site, prices, metered, settlement)),
        "costs by owner and by payee": _worst(sum((a.cost_steps for a in accounts), -outside)),
    }


def _billed(site: SiteTopology, prices: Prices, metered: Frame, settlement: Settlement) -> Array:
    """Owners' heat payments less energy x price at the billing meters, EUR per step."""
    paid = sum(
        (a.heat_sold + a.heat_bought for a in settlement.owners.values()),
        np.zeros(metered.grid.count),
    )
    due = np.zeros(metered.grid.count)
    for c in site.couplings:
        pair = (settlement.owner_of[c.twin], settlement.owner_of[c.network_twin])
        if pair[0] != pair[1] and site.network(f"{c.network_twin}.{c.network}").kind == "heating":
            energy, heat = metered[f"{c.twin}.{c.border}.E"], prices.heat[pair]
            due += np.where(energy > 0, energy * heat.draw, -energy * heat.feed_in)
    # each payment stands in two accounts
    return np.asarray(paid - 2 * due)


def _worst(residual: Array) -> float:
    """The larger of the worst step and the total, EUR."""
    return float(max(np.abs(residual).max(initial=0.0), abs(residual.sum())))


def _emissions(
    site: SiteTopology, prices: Prices, metered: Frame, settlement: Settlement
) -> dict[str, float]:
    """By owner = by carrier: gas over all fuel registers, electricity over the whole site."""
    flows = site_flows(site, metered)
    gas, grid = Balance(metered.grid.count), Balance(metered.grid.count)
    gas.add(flows.fuel * prices.gas_factor)
    grid.add(flows.drawn * prices.grid_factor)
    grid.add(flows.generated * prices.grid_factor, -1)
    for account in settlement.owners.values():
        gas.add(account.scope1, -1)
        grid.add(account.scope2, -1)
    return {"gas": gas.relative(), "grid electricity": grid.relative()}
