"""Heat balance of a station's circuit, and the heat pumps' share of its heat."""

from __future__ import annotations

from rami.functional.strategy.layout import Circuit
from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, item: Circuit) -> None:
    """Heat into the circuit, signs from the registered flows; with the paper's names:

    eq. 4: 0 = P_th_HP + P_HNHT - P_HNLT + P_in_DHS - P_out_DHS + P_th_HS
    share: sum(w P_th_HP) <= sum(P of the sources),   w = 1/s - 1,
           s = (outlet_max - T_return) / (T_flow - T_return)
    share_hot: the same with w_hot + M (1 - a), while an exchanger of activity a asks for a
           hotter flow line. With the bounds of the heat pumps M = sum((w_hot - w) P_th_max)
           is exact: void at a = 0, because `share` holds throughout.

    The heat pumps stand in parallel between the return and the preheated line, before the
    sources; each kW of heat pump i needs w_i kW from the sources behind it. With one heat pump
    this is P_th_HP <= s (P_th_HP + sum of sources). Storage discharge gives no flow there.
    """
    flows = plan.heat[item.path]
    if not flows:
        return
    block = plan.block(f"circuit.{item.path}")
    plan.each(block, "eq4", lambda t: sum(flow(t) for flow in flows) == 0)
    if not item.heat_pumps:
        return
    pumps = [plan.block(p) for p in item.heat_pumps]
    sources = [plan.block(p) for p in item.sources]
    for pump in pumps:
        plan.series(pump, "burden")
    plan.each(
        block,
        "share",
        lambda t: sum(p.burden[t] * p.P_th[t] for p in pumps) <= sum(s.P[t] for s in sources),
    )

    def share_hot(k: int, asked: Flow) -> Flow:
        for pump in pumps:
            plan.series(pump, f"burden_hot_{k}")
        hot = [(p, p.component(f"burden_hot_{k}")) for p in pumps]
        return lambda t: (
            sum(w[t] * p.P_th[t] for p, w in hot)
            <= sum(s.P[t] for s in sources)
            + sum((w[t] - p.burden[t]) * p.cop[t] * p.p_el_max[t] for p, w in hot) * (1 - asked(t))
        )

    for k, activity in enumerate(item.activities):
        plan.each(block, f"share_hot_{k}", share_hot(k, plan.activity[activity]))
