"""MILP block of a heat pump."""

from __future__ import annotations

from rami.functional.strategy.layout import HeatPump
from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, item: HeatPump) -> None:
    """Electricity `P_el[t]`, heat `P_th[t]` into the circuit, heat `P_c[t]` out of the cold side.

    eq. 5: P_th = P_el + P_c
    eq. 6: P_th = P_el eta               COP per step, parameter `cop`
    eq. 7: P_c <= P_c_max                bound of P_c: what the cooling network's consumers bring
    eq. 8: P_el <= P_el_max              bound of P_el

    Its share of the circuit's heat is limited in `circuit`.
    """
    block = plan.block(item.path)
    plan.series(block, "cop", "p_c_max", "p_el_max")
    electricity = plan.variable(block, "P_el", lambda t: block.p_el_max[t])
    heat = plan.variable(block, "P_th")
    cold = plan.variable(block, "P_c", lambda t: block.p_c_max[t])
    plan.each(block, "eq5", lambda t: heat[t] == electricity[t] + cold[t])
    plan.each(block, "eq6", lambda t: heat[t] == block.cop[t] * electricity[t])
    plan.heat[item.circuit].append(lambda t: heat[t])
    plan.heat[item.evaporator].append(lambda t: -cold[t])
    plan.station_loads[item.owner].append(lambda t: electricity[t])


def add_hot(plan: PlanModel, item: HeatPump, hot: Flow) -> None:
    """`P_th_hot[t]`: its heat while the circuit is hot (see `circuit`)."""
    block = plan.block(item.path)
    plan.series(block, "burden_hot")
    part = plan.hot_part(
        block,
        "P_th_hot",
        lambda t: block.P_th[t],
        lambda t: block.cop[t] * block.p_el_max[t],
        hot,
    )
    plan.hot_heat[item.circuit].append(lambda t: part[t])
