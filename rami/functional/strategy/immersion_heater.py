"""MILP block of an immersion heater."""

from __future__ import annotations

from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, path: str, owner: str) -> Flow:
    """Electricity `P_el[t]`, heat `P_th[t]` into its storage (returned, it enters eq. 11).

    eq. 9:  P_th = P_el eta
    eq. 10: P_el <= P_el_max             bound of P_el
    """
    block = plan.block(path)
    plan.series(block, "eta", "p_el_max")
    electricity = plan.variable(block, "P_el", lambda t: block.p_el_max[t])
    heat = plan.variable(block, "P_th")
    plan.each(block, "eq9", lambda t: heat[t] == block.eta[t] * electricity[t])
    plan.station_loads[owner].append(lambda t: electricity[t])
    return lambda t: heat[t]
