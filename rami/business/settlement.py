"""Settlement: from metered energies to costs, revenues and emissions of every owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rami.asset.topology import SiteTopology
from rami.business.account import OwnerAccount
from rami.business.border_account import BorderAccount, border_accounts
from rami.business.heat_allocation import allocated_heat_factor
from rami.business.meters import Counts, Meter, check_metered, meters_of
from rami.business.ownership import owner_of_twins
from rami.business.peak import peak_charge, peak_import
from rami.business.tariffs import HeatTransfer
from rami.core.frame import Frame
from rami.core.timegrid import TimeGrid
from rami.information.prices import Array, Prices


@dataclass(frozen=True)
class Settlement:
    """All owners' accounts and all borders of one run; `owner_of` gives the owner by twin.

    With `heat_transfer: allocated` scope 2 holds purchased heat, and emissions must not be
    summed over owners (the seller's scope 1 would count twice).
    """

    grid: TimeGrid
    owners: Mapping[str, OwnerAccount]
    borders: tuple[BorderAccount, ...]
    owner_of: Mapping[str, str]
    heat_transfer: HeatTransfer = "excluded"

    def plain(self) -> dict[str, object]:
        """For results.json; units in the key names."""
        return {
            "owners": {name: account.plain() for name, account in self.owners.items()},
            "borders": {b.border: b.plain() for b in self.borders},
            "heat_transfer": self.heat_transfer,
        }


def settle(
    site: SiteTopology,
    owners: Mapping[str, Sequence[str]],
    prices: Prices,
    metered: Frame,
    heat_transfer: HeatTransfer = "excluded",
) -> Settlement:
    """Settle one run from its meters; all arithmetic per step of the meters' grid.

    `owners` maps owners to their twins. `metered` holds kWh per step of every register
    (`meters_of`, plus the plain electric loads, see `with_electric_loads`). Internal prices do
    not appear. Raises DataError for missing registers, ConfigurationError for owners that
    do not fit, ValueError when the prices stand on another grid.
    """
    if prices.grid != metered.grid:
        raise ValueError("prices and meters stand on different grids")
    owner_of = owner_of_twins(site, owners)
    meters = meters_of(site, owner_of)
    check_metered(meters, metered)
    borders = border_accounts(site, owner_of, prices, metered)
    heat_factor = {
        owner: allocated_heat_factor(site, owner_of, owner, metered, prices.gas_factor)
        if heat_transfer == "allocated"
        else 0.0
        for owner in owners
    }
    accounts = {
        owner: _account(
            site,
            owner,
            [m for m in meters if m.owner == owner],
            borders,
            prices,
            metered,
            heat_factor,
        )
        for owner in owners
    }
    return Settlement(metered.grid, accounts, borders, owner_of, heat_transfer)


def _account(
    site: SiteTopology,
    owner: str,
    meters: Sequence[Meter],
    borders: Sequence[BorderAccount],
    prices: Prices,
    metered: Frame,
    heat_factor: Mapping[str, float],
) -> OwnerAccount:
    p, grid = prices.owner(owner), metered.grid

    def counted(what: Counts) -> Array:
        columns = [metered.place(m.path) for m in meters if m.counts is what]
        return np.asarray(metered.values[:, columns].sum(axis=1))

    fuel_cost = np.zeros(grid.count)
    for meter in meters:
        if meter.counts is Counts.FUEL:
            fuel_cost += metered[meter.path] * _fuel_price(site, meter.component)
    fuel, drawn, generated = (
        counted(c) for c in (Counts.FUEL, Counts.ELECTRICITY, Counts.GENERATION)
    )
    bought_in, sold_out = np.maximum(drawn - generated, 0.0), np.maximum(generated - drawn, 0.0)
    own_use = np.minimum(drawn, generated)
    consumer_heat = counted(Counts.CONSUMER_HEAT)
    pay, get, carried = _heat_trade(owner, borders, heat_factor, grid.count)
    peak = peak_import(bought_in, grid)
    scope1 = fuel * prices.gas_factor
    return OwnerAccount(
        owner=owner,
        fuel=fuel,
        drawn=drawn,
        generated=generated,
        grid_import=bought_in,
        grid_export=sold_out,
        self_consumed=own_use,
        consumer_heat=consumer_heat,
        fuel_cost=fuel_cost,
        co2_cost=scope1 * prices.co2_price,
        import_cost=bought_in * p.el_buy,
        levy_cost=own_use * p.levy,
        export_revenue=sold_out * p.el_sell,
        consumer_revenue=consumer_heat * p.consumer_heat,
        heat_sold=get,
        heat_bought=pay,
        peak_kw=peak,
        peak_cost=peak_charge(peak, p.peak, grid),
        scope1=scope1,
        scope2=(bought_in - sold_out) * prices.grid_factor,
        scope2_heat=carried,
    )


def _heat_trade(
    owner: str, borders: Sequence[BorderAccount], heat_factor: Mapping[str, float], count: int
) -> tuple[Array, Array, Array]:
    """(bought, sold) in EUR and the emissions of purchased heat in kg, per step."""
    pay, get, carried = np.zeros(count), np.zeros(count), np.zeros(count)
    for b in borders:
        if not b.between_owners or owner not in (b.station_owner, b.network_owner):
            continue
        # seen from this owner: positive = it takes heat and pays
        mine = 1.0 if owner == b.station_owner else -1.0
        other = b.network_owner if owner == b.station_owner else b.station_owner
        draws = mine * b.billed > 0
        pay += np.where(draws, mine * b.payment, 0.0)
        get += np.where(draws, 0.0, -mine * b.payment)
        carried += np.maximum(mine * b.billed, 0.0) * heat_factor[other]
    return pay, get, carried


def _fuel_price(site: SiteTopology, component: str) -> float:
    twin, _, name = component.partition(".")
    return float(getattr(site.twins[twin].components[name], "fuel_price", 0.0))
