"""MILP block of a boiler."""

from __future__ import annotations

from rami.functional.strategy.layout import Converter
from rami.functional.strategy.plan_model import PlanModel


def add(plan: PlanModel, item: Converter) -> None:
    """Heat `P_th[t]`; with a declared minimum load a binary `on[t]`.

    P_th <= P_max                        bound of P_th
    load_max: P_th <= P_max on
    load_min: P_th >= part_load P_max on
    P_fuel = P_th / eta

    Fuel is paid by eq. 22 and its CO2 in `C_CO2`.
    """
    block = plan.block(item.path)
    plan.series(block, "p_max")
    plan.scalar(block, "eta")
    plan.scalar(block, "fuel_price")
    heat = plan.variable(block, "P_th", lambda t: block.p_max[t])
    if item.commitment != "none":
        plan.scalar(block, "part_load")
        on = plan.binary(block, "on")
        plan.each(block, "load_max", lambda t: heat[t] <= block.p_max[t] * on[t])
        plan.each(block, "load_min", lambda t: heat[t] >= block.part_load * block.p_max[t] * on[t])
    plan.heat[item.network].append(lambda t: heat[t])
    plan.cost("C_fuel", lambda t: block.fuel_price / block.eta * heat[t])
    plan.cost("C_CO2", lambda t: plan.co2_price * plan.gas_factor / block.eta * heat[t])
