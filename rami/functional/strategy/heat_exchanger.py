"""MILP block of a heat exchanger."""

from __future__ import annotations

from rami.functional.strategy.layout import Exchanger
from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, item: Exchanger) -> None:
    """Heat `P[t]` from the primary to the secondary network, kW.

    eq. 13:   0 <= P + k sum(P_th_HP) <= P_max
              k is the preheating slope: heat pumps that warm the line before a source cost it
              part of its limit (`rami.information.limits.preheating_slope`)
    eq13_hot: P + k_hot sum(P_th_HP) <= P_max_hot + M (1 - a)
              for a source while an exchanger with activity a asks for a hotter flow line; M
              makes it void at a = 0 (parameter `relief`)
    eq13_on:  P <= P_max a
              for a sink that needs the hotter flow line and runs against no other (else the
              direction of eq. 14 and 15 is its activity)

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
    if item.activity and not item.direction:
        active = plan.binary(block, "active")
        plan.activity[item.activity] = lambda t: active[t]
        plan.each(block, "eq13_on", lambda t: heat[t] <= block.p_max[t] * active[t])


def add_hindrance(plan: PlanModel, item: Exchanger) -> None:
    """The eq. 13 of a source while a hotter flow line is asked for (see `add`)."""
    block = plan.block(item.path)
    preheat = [plan.at(hp, "P_th") for hp in item.heat_pumps]

    def rule(k: int, asked: Flow) -> Flow:
        names = f"p_max_hot_{k}", f"slope_hot_{k}", f"relief_{k}"
        plan.series(block, *names)
        limit, lost, relief = (block.component(name) for name in names)
        return lambda t: (
            block.P[t] + lost[t] * sum(p(t) for p in preheat)
            <= limit[t] + relief[t] * (1 - asked(t))
        )

    for k, activity in enumerate(item.hindered):
        plan.each(block, f"eq13_hot_{k}", rule(k, plan.activity[activity]))
