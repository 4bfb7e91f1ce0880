"""MILP block of combined heat and power engines."""

from __future__ import annotations

from rami.functional.strategy.layout import Converter
from rami.functional.strategy.plan_model import PlanModel


def add(plan: PlanModel, item: Converter) -> None:
    """Heat `P_th[t]` of all engines; whether they run `on[t]`, or how many: `engines[t]`.

    P_fuel = P_th / eta_th,   P_el = P_th eta_el / eta_th
    switch: load_max: P_th <= P_th_engine engines_max on,   load_min: P_th >= r P_th_engine on
    count:  load_max: P_th <= P_th_engine engines,          load_min: P_th >= r P_th_engine engines

    With a minimum load r of at most one half, n and n + 1 engines overlap: any load from r of
    one engine to all of them is some number of whole engines, and a switch says the same with
    fewer branches. Fuel is paid by eq. 22 and its CO2 in `C_CO2`.
    """
    block = plan.block(item.path)
    plan.series(block, "engines_max")
    for name in ("p_th_engine", "eta_el", "eta_th", "fuel_price"):
        plan.scalar(block, name)
    heat = plan.variable(block, "P_th", lambda t: block.p_th_engine * block.engines_max[t])
    if item.commitment != "none":
        plan.scalar(block, "part_load")
        one = block.p_th_engine
        if item.commitment == "count":
            units = plan.whole(block, "engines", lambda t: block.engines_max[t])
            plan.each(block, "load_max", lambda t: heat[t] <= one * units[t])
        else:
            units = plan.binary(block, "on")
            plan.each(block, "load_max", lambda t: heat[t] <= one * block.engines_max[t] * units[t])
        plan.each(block, "load_min", lambda t: heat[t] >= block.part_load * one * units[t])
    plan.heat[item.network].append(lambda t: heat[t])
    plan.generation[item.owner].append(lambda t: block.eta_el / block.eta_th * heat[t])
    plan.cost("C_fuel", lambda t: block.fuel_price / block.eta_th * heat[t])
    plan.cost("C_CO2", lambda t: plan.co2_price * plan.gas_factor / block.eta_th * heat[t])
