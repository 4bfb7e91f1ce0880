"""MILP block of heat that comes at a price: heat pump, biomass, ORC, solar field, bought heat."""

from __future__ import annotations

from rami.functional.strategy.layout import Converter
from rami.functional.strategy.plan_model import PlanModel


def add(plan: PlanModel, item: Converter) -> None:
    """Heat `P_th[t]`; with a minimum load a binary `on[t]`.

    P_th <= P_max[t]                               bound of P_th
    load_max: P_th <= P_max on,   load_min: P_th >= r P_max on
    cost: price P_th, CO2 price x emission P_th; electricity in and out at the grid connection
    """
    block = plan.block(item.path)
    plan.series(block, "p_max")
    for name in ("price", "emission", "electricity_in", "electricity_out"):
        plan.scalar(block, name)
    heat = plan.variable(block, "P_th", lambda t: block.p_max[t])
    if item.commitment != "none":
        plan.scalar(block, "part_load")
        on = plan.binary(block, "on")
        plan.each(block, "load_max", lambda t: heat[t] <= block.p_max[t] * on[t])
        plan.each(block, "load_min", lambda t: heat[t] >= block.part_load * block.p_max[t] * on[t])
    plan.heat[item.network].append(lambda t: heat[t])
    plan.generation[item.owner].append(lambda t: block.electricity_out * heat[t])
    plan.loads[item.owner].append(lambda t: block.electricity_in * heat[t])
    plan.cost("C_heat", lambda t: block.price * heat[t])
    plan.cost("C_CO2", lambda t: plan.co2_price * block.emission * heat[t])
