"""Key figures at the station's border: specific cost and emissions of a network (eq. 1-3).

A figure carries its quality. No demand: there is no average, the marginal converter's value
stands in (uncertain, NO_DEMAND). A missing input: likewise (uncertain, MISSING | ESTIMATED),
or bad where no stand-in is known. CO2 money is not in the cost unless asked for: `C_CO2` of
eq. 21 holds it, and no figure may hold it twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.asset.chp import Chp
from rami.core.quality import Family, Qualities, Reason, good, is_bad, is_good, quality, worst
from rami.information.dispatch import Converter, Dispatch
from rami.information.prices import Array

#: kW below which a network counts as having no demand
NO_DEMAND_KW = 1.0


@dataclass(frozen=True)
class Kpi:
    """A figure per step: `values` and `quality` of shape (T,), its unit and equation number.

    `co2_included` says whether a cost holds the CO2 money of its fuels.
    """

    values: Array
    quality: Qualities
    unit: str
    equation: int
    co2_included: bool = False


@dataclass(frozen=True)
class Carrier:
    """One final energy carrier of eq. 1 or 2: specific value and power (kW), each (T,).

    `specific` in EUR/kWh or kg/kWh. `quality` is the worse of both.
    """

    specific: Array | float
    power: Array
    quality: Qualities | None = None


def specific_cost(
    carriers: Sequence[Carrier], demand_kw: Array, marginal: Array | None = None
) -> Kpi:
    """Eq. 1: c = sum over carriers of c_FE P_FE, over P_dem; EUR/kWh.

    `marginal` (T,) stands in where there is no demand or an input is missing.
    """
    return _specific(carriers, demand_kw, marginal, "EUR/kWh", 1)


def specific_emission(
    carriers: Sequence[Carrier], demand_kw: Array, marginal: Array | None = None
) -> Kpi:
    """Eq. 2: e = sum over carriers of e_FE P_FE, over P_dem; kg/kWh."""
    return _specific(carriers, demand_kw, marginal, "kg/kWh", 2)


def network_cost(
    dispatch: Dispatch,
    converters: Mapping[str, Converter],
    demand_kw: Array,
    electricity_value: Array | float,
    carbon_cost: float = 0.0,
    *,
    co2_included: bool = False,
    input_quality: Qualities | None = None,
) -> Kpi:
    """Eq. 3: (c_gas (P_gas_CHP + P_gas_B) - (alpha c_el + (1 - alpha) r_el) P_el_CHP) / P_dem.

    `electricity_value` is the bracket (`rami.information.electricity`), net of the levy on
    self-consumption; each converter has its own gas price. `carbon_cost` (EUR per kWh of fuel)
    is added to the gas price only with `co2_included`; without it, the stand-in where there is
    no demand leaves it out as well.
    """
    carbon = carbon_cost if co2_included else 0.0
    carriers = []
    for name, unit in converters.items():
        j = dispatch.of(name)
        carriers.append(Carrier(unit.fuel_price + carbon, dispatch.p_fuel[:, j], input_quality))
        if isinstance(unit, Chp):
            carriers.append(Carrier(-np.asarray(electricity_value), dispatch.p_el[:, j]))
    marginal = dispatch.marginal_cost
    if not co2_included:
        marginal = marginal - carbon_cost * _fuel_per_heat(dispatch, converters)
    kpi = _specific(carriers, demand_kw, marginal, "EUR/kWh", 3)
    return Kpi(kpi.values, kpi.quality, kpi.unit, 3, co2_included)


def network_emission(
    dispatch: Dispatch,
    converters: Mapping[str, Converter],
    demand_kw: Array,
    gas_factor: float,
    grid_factor: Array | float,
    *,
    input_quality: Qualities | None = None,
) -> Kpi:
    """Eq. 2 for a network of CHP and boilers: CHP electricity credited at the grid's factor.

    Factors in kg/kWh. Where there is no demand: the marginal converter's value by the same rule.
    """
    carriers = []
    for name, unit in converters.items():
        j = dispatch.of(name)
        carriers.append(Carrier(gas_factor, dispatch.p_fuel[:, j], input_quality))
        if isinstance(unit, Chp):
            carriers.append(Carrier(-np.asarray(grid_factor), dispatch.p_el[:, j]))
    credit = _electricity_per_heat(dispatch, converters) * grid_factor
    marginal = gas_factor * _fuel_per_heat(dispatch, converters) - credit
    return specific_emission(carriers, demand_kw, marginal)


def _fuel_per_heat(dispatch: Dispatch, converters: Mapping[str, Converter]) -> Array:
    """Fuel in kWh per kWh of heat of the marginal converter, (T,)."""
    ratio = [
        1 / (u.efficiency_th if isinstance(u, Chp) else u.efficiency)
        for u in (converters[n] for n in dispatch.converters)
    ]
    return _at_margin(dispatch, ratio)


def _electricity_per_heat(dispatch: Dispatch, converters: Mapping[str, Converter]) -> Array:
    ratio = [
        u.efficiency_el / u.efficiency_th if isinstance(u, Chp) else 0.0
        for u in (converters[n] for n in dispatch.converters)
    ]
    return _at_margin(dispatch, ratio)


def _at_margin(dispatch: Dispatch, ratio: list[float]) -> Array:
    if not ratio:
        return np.full(dispatch.marginal.shape, np.nan)
    return np.asarray(np.array(ratio)[dispatch.marginal])


def _specific(
    carriers: Sequence[Carrier],
    demand_kw: Array,
    marginal: Array | None,
    unit: str,
    equation: int,
) -> Kpi:
    demand = np.asarray(demand_kw, float)
    total = np.zeros(demand.shape)
    grade = good(demand.shape)
    for carrier in carriers:
        total = total + np.asarray(carrier.specific) * carrier.power
        if carrier.quality is not None:
            grade = worst(grade, carrier.quality)
    missing: NDArray[np.bool_] = ~np.isfinite(total) | ~np.isfinite(demand) | is_bad(grade)
    idle = ~missing & (demand <= NO_DEMAND_KW)
    values = np.full(demand.shape, np.nan)
    np.divide(total, demand, out=values, where=~missing & ~idle)
    stand_in = np.full(demand.shape, np.nan) if marginal is None else np.asarray(marginal, float)
    values = np.where(missing | idle, stand_in, values)
    known = np.isfinite(values)
    # a bad input does not make a figure bad that has a stand-in
    grade = np.where(missing, grade & np.uint32(0x0000_FFFF), grade).astype(np.uint32)
    no_demand = quality(Family.UNCERTAIN, Reason.NO_DEMAND)
    estimated = quality(Family.UNCERTAIN, Reason.MISSING | Reason.ESTIMATED)
    grade = _mark(grade, idle & known, no_demand)
    grade = _mark(grade, missing & known, estimated)
    grade = _mark(grade, idle & ~known, quality(Family.BAD, Reason.NO_DEMAND))
    grade = _mark(grade, missing & ~known, quality(Family.BAD, Reason.MISSING))
    return Kpi(values, grade, unit, equation)


def _mark(grade: Qualities, where: NDArray[np.bool_], code: int) -> Qualities:
    marked = worst(grade, np.full(grade.shape, code, np.uint32))
    return np.where(where, marked, grade).astype(np.uint32)


def share_good(kpi: Kpi) -> float:
    """Share of steps whose quality is good, 0 to 1."""
    return float(np.mean(is_good(kpi.quality))) if kpi.quality.size else 1.0
