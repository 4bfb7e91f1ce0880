"""MILP block of a heat exchanger."""

from __future__ import annotations

from rami.functional.strategy.layout import Exchanger
from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, item: Exchanger) -> None:
    """Heat `P[t]` from the primary to the secondary network, kW.

    eq. 13: 0 <= P + k sum(P_th_HP) <= P_max
            k is the preheating slope: heat pumps that warm the line before a source cost it
            part of its limit (`rami.information.limits.preheating_slope`)

    `p_max` holds what temperatures, design and the network behind allow in each step.
    """
    block = plan.block(item.path)
    plan.series(block, "p_max")
    heat = plan.variable(block, "P", lambda t: block.p_max[t])
    preheat = [plan.at(hp, "P_th") for hp in item.heat_pumps]
    if preheat:
        plan.series(block, "slope")
        plan.each(
            block,
            "eq13",
            lambda t: heat[t] + block.slope[t] * sum(p(t) for p in preheat) <= block.p_max[t],
        )
    plan.heat[item.primary].append(lambda t: -heat[t])
    plan.heat[item.secondary].append(lambda t: heat[t])


def add_hot_source(plan: PlanModel, item: Exchanger, hot: Flow) -> None:
    """`P_hot_in[t]`: what a source gives while its circuit is hot (see `circuit`).

    eq. 13, hot:  P_hot + k_hot sum(P_th_HP_hot) <= P_max_hot hot
    eq. 13, cold: (P - P_hot) + k sum(P_th_HP - P_th_HP_hot) <= P_max (1 - hot)
    """
    block = plan.block(item.path)
    part = plan.hot_part(block, "P_hot_in", lambda t: block.P[t], lambda t: block.p_max[t], hot)
    pumps = [plan.block(p) for p in item.heat_pumps]
    plan.series(block, "p_max_hot")
    if pumps:
        plan.series(block, "slope_hot")
        plan.each(
            block,
            "eq13_cold",
            lambda t: (
                block.P[t]
                - part[t]
                + block.slope[t] * sum(p.P_th[t] - p.P_th_hot[t] for p in pumps)
                <= block.p_max[t] * (1 - hot(t))
            ),
        )
    plan.each(
        block,
        "eq13_hot",
        lambda t: (
            part[t] + (block.slope_hot[t] * sum(p.P_th_hot[t] for p in pumps) if pumps else 0)
            <= block.p_max_hot[t] * hot(t)
        ),
    )
    plan.hot_heat[item.secondary].append(lambda t: part[t])


def add_hot_sink(plan: PlanModel, item: Exchanger, hot: Flow, needs_hot: bool) -> None:
    """What a sink takes while its circuit is hot: `P_hot_out[t]`, or all of it.

    eq. 13 of a sink that needs the hotter flow line: P <= P_max hot
    """
    block = plan.block(item.path)
    if needs_hot:
        plan.each(block, "eq13_hot", lambda t: block.P[t] <= block.p_max[t] * hot(t))
        plan.hot_heat[item.primary].append(lambda t: -block.P[t])
    else:
        part = plan.hot_part(
            block, "P_hot_out", lambda t: block.P[t], lambda t: block.p_max[t], hot
        )
        plan.hot_heat[item.primary].append(lambda t: -part[t])
