"""Fuel, electricity and money by carrier, straight from register names.

The second way to the accounts' sums: no list of meters, no owner by owner. A register named
`E_fuel` is fuel, `E_el` beside it generation, any other `E_el` and the `E` of an electric
consumer use.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from rami.asset.consumer import Consumer
from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.information.prices import Array, OwnerPrices, Prices


@dataclass(frozen=True)
class Flows:
    """Energies of a set of twins in kWh per step."""

    fuel: Array
    generated: Array
    drawn: Array


def site_flows(site: SiteTopology, metered: Frame, twins: Collection[str] | None = None) -> Flows:
    """Flows of some twins, or of the whole site."""
    chosen = site.twins if twins is None else twins
    names = [n for n in metered.names if n.partition(".")[0] in chosen]
    fuel = [n for n in names if n.endswith(".E_fuel")]
    burning = {n.removesuffix(".E_fuel") for n in fuel}
    electric = [n for n in names if n.endswith(".E_el")]
    made = [n for n in electric if n.removesuffix(".E_el") in burning]
    drawn = [n for n in electric if n.removesuffix(".E_el") not in burning]
    drawn += [f"{t}.{n}.E" for t, n, c in site.of(Consumer) if c.electric and t in chosen]
    return Flows(*(_sum(metered, group) for group in (fuel, made, drawn)))


def fuel_money(site: SiteTopology, prices: Prices, metered: Frame) -> Array:
    """Fuel and the CO2 money on it over all converters, EUR per step."""
    money = np.zeros(metered.grid.count)
    for name in metered.names:
        if name.endswith(".E_fuel"):
            twin, component, _ = name.split(".")
            price = float(getattr(site.twins[twin].components[component], "fuel_price", 0.0))
            money += metered[name] * (price + prices.co2_price * prices.gas_factor)
    return money


def grid_money(
    site: SiteTopology, twins: Collection[str], prices: OwnerPrices, metered: Frame
) -> Array:
    """What some twins pay at one grid connection, levy included, EUR per step."""
    flows = site_flows(site, metered, twins)
    residual = flows.drawn - flows.generated
    bill = np.where(residual > 0, residual * prices.el_buy, residual * prices.el_sell)
    return np.asarray(bill + (flows.drawn - np.maximum(residual, 0)) * prices.levy)


def consumer_money(
    site: SiteTopology, twins: Collection[str], prices: OwnerPrices, metered: Frame
) -> Array:
    """What heat consumers of some twins pay, EUR per step."""
    heat = np.zeros(metered.grid.count)
    for twin, name, consumer in site.of(Consumer):
        if twin not in twins or consumer.electric:
            continue
        if site.network(site.resolve(twin, consumer.network)).kind == "heating":
            heat += metered[f"{twin}.{name}.E"]
    return np.asarray(heat * prices.consumer_heat)


def _sum(metered: Frame, names: list[str]) -> Array:
    return np.asarray(metered.values[:, [metered.place(n) for n in names]].sum(axis=1))
