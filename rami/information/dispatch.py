"""Static merit order of a network's converters, with whole engines and minimum load.

Per step the cheapest way to cover the demand: every combination of running engines is
tried, and within a combination the load above the minimum goes to the cheapest first. Used
as baseline forecast of eq. 3, for the marginal cost of heat, and for engine commitment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rami.asset.boiler import Boiler
from rami.asset.chp import Chp
from rami.core.errors import ConfigurationError
from rami.information.prices import Array

Converter = Chp | Boiler

#: EUR/kWh on heat that no converter can give, and on heat above the demand (minimum load):
#: far above any cost, so that covering the demand comes first
SHORTFALL_PENALTY = 1e4
SURPLUS_PENALTY = 1e2
#: combinations of running engines beyond which a network is not dispatched exactly
COMBINATIONS_MAX = 5000
_TIE = 1e-9


@dataclass(frozen=True)
class Dispatch:
    """Loads per converter and step.

    `p_th`, `p_el`, `p_fuel` (kW) and `engines` (running units, whole) have shape (T, n) in the
    order of `converters`. `marginal` (T,) is the place of the converter that would change with
    the demand, `marginal_cost` (T,) its cost of heat in EUR/kWh with CO2, `marginal_emission`
    (T,) its scope-1 emission in kg per kWh of heat; NaN (and place -1) without converters.
    `shortfall` and `surplus` (T,) in kW.
    """

    converters: tuple[str, ...]
    p_th: Array
    p_el: Array
    p_fuel: Array
    engines: NDArray[np.int64]
    marginal: NDArray[np.int64]
    marginal_cost: Array
    marginal_emission: Array
    shortfall: Array
    surplus: Array

    @property
    def demand(self) -> Array:
        """The demand that was covered or missed, kW, shape (T,)."""
        total: Array = self.p_th.sum(axis=1) + self.shortfall - self.surplus
        return total

    def of(self, converter: str) -> int:
        """Column of a converter."""
        return self.converters.index(converter)


def heat_cost(
    converter: Converter, electricity_value: Array | float, carbon_cost: float
) -> Array | float:
    """Marginal cost of a converter's heat in EUR/kWh.

    `electricity_value` (EUR/kWh) is what its electricity earns or saves, `carbon_cost` the
    CO2 money on one kWh of fuel. CHP: (fuel + CO2 - eta_el x value) / eta_th.
    """
    fuel: float = converter.fuel_price + carbon_cost
    if isinstance(converter, Chp):
        cost: Array | float = fuel - converter.efficiency_el * electricity_value
        return cost / float(converter.efficiency_th)
    return fuel / float(converter.efficiency)


def heat_efficiency(converter: Converter) -> float:
    """Heat per fuel."""
    return float(converter.efficiency_th if isinstance(converter, Chp) else converter.efficiency)


def dispatch(
    converters: Mapping[str, Converter],
    demand_kw: Array,
    *,
    electricity_value: Array | float,
    carbon_cost: float = 0.0,
    gas_factor: float = 0.0,
    relaxed: bool = False,
) -> Dispatch:
    """Cover `demand_kw` (T,) at least cost, each step by itself.

    `electricity_value` (EUR/kWh, scalar or (T,)) and `carbon_cost` (EUR per kWh of fuel) as in
    `heat_cost`; `gas_factor` (kg/kWh of fuel) only makes `marginal_emission`. `relaxed` drops
    minimum load and whole engines (a plain merit order). Raises ConfigurationError for more
    than COMBINATIONS_MAX combinations of engines, ValueError for a demand that is not finite.
    """
    demand = np.maximum(np.asarray(demand_kw, float), 0.0)
    if not np.isfinite(demand).all():
        raise ValueError("dispatch wants a finite demand in every step")
    names, units = tuple(converters), tuple(converters.values())
    steps, n = demand.size, len(names)
    count = np.array([_count(u) for u in units], np.int64)
    size = np.array([_size(u) for u in units])
    low = np.zeros(n) if relaxed else size * np.array([u.part_load_min for u in units])
    cost = np.empty((steps, n))
    for j, unit in enumerate(units):
        cost[:, j] = heat_cost(unit, electricity_value, carbon_cost)
    order = np.argsort(cost, axis=1, kind="stable")
    choices = [range(int(c) + 1) if lo > 0 else (int(c),) for c, lo in zip(count, low, strict=True)]
    if np.prod([float(len(c)) for c in choices]) > COMBINATIONS_MAX:
        raise ConfigurationError(
            f"{', '.join(names)}: more than {COMBINATIONS_MAX} combinations of running engines; "
            "declare equal engines as one converter, or set part_load_min to 0"
        )
    best = np.full(steps, np.inf)
    p_th, running = np.zeros((steps, n)), np.zeros((steps, n), np.int64)
    room = np.zeros((steps, n))
    for combination in product(*choices):
        on = np.array(combination, np.int64)
        floor, span = on * low, on * (size - low)
        load = floor + _fill(demand - floor.sum(), span, order)
        balance = demand - load.sum(axis=1)
        total = (cost * load).sum(axis=1)
        total += SHORTFALL_PENALTY * np.maximum(balance, 0)
        total += SURPLUS_PENALTY * np.maximum(-balance, 0)
        better = total < best - _TIE
        best[better], p_th[better], running[better] = total[better], load[better], on
        room[better] = (floor + span) - load[better]
    balance = demand - p_th.sum(axis=1)
    efficiency = np.array([heat_efficiency(u) for u in units])
    ratio = np.array([u.efficiency_el if isinstance(u, Chp) else 0.0 for u in units])
    p_fuel = p_th / efficiency
    engines = np.where(low > 0, running, np.ceil(p_th / np.maximum(size, 1e-12) - 1e-9))
    marginal = _marginal(p_th - running * low, room, order)
    rows = np.arange(steps)
    at = np.maximum(marginal, 0)
    nothing = np.full(steps, np.nan)
    return Dispatch(
        names,
        p_th,
        p_fuel * ratio,
        p_fuel,
        engines.astype(np.int64),
        marginal,
        cost[rows, at] if n else nothing,
        (gas_factor / efficiency)[at] if n else nothing,
        np.where(balance > _TIE, balance, 0.0),
        np.where(balance < -_TIE, -balance, 0.0),
    )


def _count(unit: Converter) -> int:
    return unit.engines if isinstance(unit, Chp) else 1


def _size(unit: Converter) -> float:
    return unit.power_th if isinstance(unit, Chp) else unit.power


def _fill(wanted: Array, span: Array, order: NDArray[np.int64]) -> Array:
    """Share `wanted` (T,) out over `span` (n,), the cheapest first; shape (T, n)."""
    sorted_span = span[order]
    before = np.cumsum(sorted_span, axis=1) - sorted_span
    sorted_load = np.clip(wanted[:, None] - before, 0.0, sorted_span)
    load = np.empty_like(sorted_load)
    np.put_along_axis(load, order, sorted_load, axis=1)
    return load


def _marginal(above: Array, room: Array, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which converter would change: one between its limits, else the cheapest that can rise,
    else the dearest that can fall, else the cheapest of all."""
    steps, n = above.shape
    if not n:
        return np.full(steps, -1, np.int64)
    up = np.take_along_axis(room > 1e-6, order, axis=1)
    down = np.take_along_axis(above > 1e-6, order, axis=1)
    between = up & down
    dearest_down = n - 1 - np.argmax(down[:, ::-1], axis=1)
    place = np.where(
        between.any(axis=1),
        np.argmax(between, axis=1),
        np.where(
            up.any(axis=1), np.argmax(up, axis=1), np.where(down.any(axis=1), dearest_down, 0)
        ),
    )
    return np.take_along_axis(order, place[:, None], axis=1)[:, 0].astype(np.int64)
