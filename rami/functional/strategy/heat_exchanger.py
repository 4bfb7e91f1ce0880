"""MILP block of a heat exchanger."""

from __future__ import annotations

from rami.functional.strategy.layout import Exchanger
from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, item: Exchanger, hot: bool) -> None:
    """Heat `P[t]` from the primary to the secondary network, kW.

    eq. 13: 0 <= P <= P_max,   P + k sum(P_th_HP) <= P_own

    `p_max` holds what temperatures, design and the networks behind allow in each step (a bound
    of P), `p_own` what temperatures and design alone allow. k is the preheating slope: heat
    pumps that warm the line before a source cost it part of its own limit
    (`rami.information.limits.preheating_slope`). In a circuit with a `hot` state the second
    part is that of `add_hot_source`.
    """
    block = plan.block(item.path)
    plan.series(block, "p_max")
    heat = plan.variable(block, "P", lambda t: block.p_max[t])
    plan.heat[item.primary].append(lambda t: -heat[t])
    plan.heat[item.secondary].append(lambda t: heat[t])
    if item.heat_pumps:
        plan.series(block, "p_own", "slope")
        preheat = [plan.at(hp, "P_th") for hp in item.heat_pumps]
        if not hot:
            plan.each(
                block,
                "eq13",
                lambda t: heat[t] + block.slope[t] * sum(p(t) for p in preheat) <= block.p_own[t],
            )


def add_hot_source(plan: PlanModel, item: Exchanger, hot: Flow, idle: bool) -> None:
    """`P_hot_in[t]`: what a source gives while its circuit is hot (see `circuit`).

    eq. 13, cold: (P - P_hot) + k sum(P_th_HP - P_th_HP_hot) <= P_own (1 - hot)
    eq. 13, hot:  P_hot + k_hot sum(P_th_HP_hot) <= P_own_hot hot

    An `idle` source gives nothing in that state: its direction is the other one.
    """
    block = plan.block(item.path)
    pumps = [plan.block(p) for p in item.heat_pumps]
    part = None
    if not idle:
        part = plan.hot_part(block, "P_hot_in", lambda t: block.P[t], lambda t: block.p_max[t], hot)
        plan.series(block, "p_own_hot")
        plan.hot_heat[item.secondary].append(lambda t: part[t])
        if pumps:
            plan.series(block, "slope_hot")
        plan.each(
            block,
            "eq13_hot",
            lambda t: (
                part[t] + (block.slope_hot[t] * sum(p.P_th_hot[t] for p in pumps) if pumps else 0)
                <= block.p_own_hot[t] * hot(t)
            ),
        )
    if pumps:
        plan.each(
            block,
            "eq13_cold",
            lambda t: (
                block.P[t]
                - (0 if part is None else part[t])
                + block.slope[t] * sum(p.P_th[t] - p.P_th_hot[t] for p in pumps)
                <= block.p_own[t] * (1 - hot(t))
            ),
        )


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
