"""From declared tariffs and data to prices per step."""

from __future__ import annotations

import numpy as np

from rami.asset.border import Border
from rami.asset.topology import SiteTopology
from rami.business.ownership import owner_of_twins
from rami.business.tariffs import Business, HeatBetweenOwners, OwnerTariff
from rami.core.errors import ConfigurationError, Problem
from rami.core.frame import Frame
from rami.information.network_dispatch import network_dispatch
from rami.information.prices import Array, HeatPrices, OwnerPrices, Prices
from rami.information.series import Figure


def site_prices(business: Business, site: SiteTopology, data: Frame) -> Prices:
    """All prices on the grid of `data` (prices, demands and, if declared, the grid factor).

    Heat between owners is priced at the seller's marginal heat cost in its baseline dispatch
    (stations at rest), floored at 0: times `feed_in_share` for heat fed in, plus
    `draw_surcharge` for heat drawn. Where `data` hold the seller's own prices (`heat_draw` and
    `heat_feed_in` of its networks, several networks: their mean) these count; NaN stands for
    own calculation. Raises ConfigurationError where a contract is missing.
    """
    owner_of = owner_of_twins(site, business.owners)
    owners = {
        name: _owner(business.tariffs[name], data)
        for name in business.owners
        if name in business.tariffs
    }
    untariffed = [o for o in business.owners if o not in owners]
    if untariffed:
        raise ConfigurationError(f"business.tariffs: nothing for {', '.join(untariffed)}")
    count = data.grid.count
    factor = (
        data[business.grid_factor_series]
        if business.grid_factor_series
        else np.full(count, float(business.grid_factor))
    )
    carbon = float(business.emission_price * business.gas_factor)
    pairs = trading_pairs(site, owner_of)
    contracts = {(c.buyer, c.seller): c for c in business.contracts}
    missing = [p for p in pairs if p not in contracts]
    if missing:
        raise ConfigurationError(
            [
                Problem(
                    "business",
                    f"no price for heat between {a!r} (station) and {b!r} (network)",
                    "declare heat_between_owners: {buyer, seller, feed_in_share, draw_surcharge}",
                )
                for a, b in missing
            ]
        )
    heat = {}
    for pair, networks in pairs.items():
        heat[pair] = _heat_price(site, contracts[pair], networks, owners[pair[1]], data, carbon)
    return Prices(
        data.grid,
        owners,
        heat,
        float(business.emission_price),
        float(business.gas_factor),
        np.asarray(factor, float),
    )


def trading_pairs(
    site: SiteTopology, owner_of: dict[str, str]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """(owner of the station, owner of the network) with the heating networks between them."""
    pairs: dict[tuple[str, str], tuple[str, ...]] = {}
    for twin, _, border in site.of(Border):
        pair = (owner_of[twin], owner_of[border.network.partition(".")[0]])
        known = pairs.get(pair, ())
        if pair[0] != pair[1] and site.network(border.network).kind == "heating":
            pairs[pair] = known if border.network in known else (*known, border.network)
    return pairs


def _owner(tariff: OwnerTariff, data: Frame) -> OwnerPrices:
    market, e = data[tariff.electricity.series], tariff.electricity
    return OwnerPrices(
        market + e.buy_fee,
        market + e.sell_premium,
        np.full(len(market), float(e.self_consumption_levy)),
        float(tariff.peak),
        float(tariff.consumer_heat),
    )


def _marginal_cost(
    site: SiteTopology, networks: tuple[str, ...], prices: OwnerPrices, data: Frame, carbon: float
) -> Array:
    """The seller's marginal heat cost; over several networks the mean of theirs."""
    costs = [
        network_dispatch(site, path, prices, data, carbon_cost=carbon, gas_factor=0.0).marginal_cost
        for path in networks
    ]
    cost = np.mean(costs, axis=0)
    if not np.isfinite(cost).all():
        raise ConfigurationError(
            f"{', '.join(networks)}: no converter, so heat has no marginal cost to sell it at"
        )
    return np.asarray(np.maximum(cost, 0.0))


def _heat_price(
    site: SiteTopology,
    contract: HeatBetweenOwners,
    networks: tuple[str, ...],
    seller: OwnerPrices,
    data: Frame,
    carbon: float,
) -> HeatPrices:
    """The seller's delivered prices; its marginal cost where one of them is not known."""
    draw = _delivered(Figure.HEAT_DRAW, networks, data)
    feed_in = _delivered(Figure.HEAT_FEED_IN, networks, data)
    if not np.isnan(draw).any() and not np.isnan(feed_in).any():
        return HeatPrices(draw, feed_in)
    own = _heat(contract, _marginal_cost(site, networks, seller, data, carbon))
    return HeatPrices(
        np.where(np.isnan(draw), own.draw, draw),
        np.where(np.isnan(feed_in), own.feed_in, feed_in),
    )


def _delivered(figure: Figure, networks: tuple[str, ...], data: Frame) -> Array:
    """Mean over the networks; NaN where one is not known."""
    names = [figure.of(n) for n in networks]
    if any(n not in data for n in names):
        return np.full(data.grid.count, np.nan)
    return np.asarray(np.mean([data[n] for n in names], axis=0))


def _heat(contract: HeatBetweenOwners, cost: Array) -> HeatPrices:
    return HeatPrices(cost + contract.draw_surcharge, contract.feed_in_share * cost)
