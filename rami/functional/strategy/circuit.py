"""Heat balance of a station's circuit, the heat pumps' share of its heat, and its hot state."""

from __future__ import annotations

from rami.functional.strategy import heat_exchanger, heat_pump, heat_storage
from rami.functional.strategy.layout import Circuit, Layout
from rami.functional.strategy.plan_model import PlanModel


def add(plan: PlanModel, item: Circuit) -> None:
    """Heat into the circuit, signs from the registered flows; with the paper's names:

    eq. 4: 0 = P_th_HP + P_HNHT - P_HNLT + P_in_DHS - P_out_DHS + P_th_HS
    share: sum(w P_th_HP) <= sum(P of the sources),   w = 1/s - 1,
           s = (outlet_max - T_return) / (T_flow - T_return)

    The heat pumps stand in parallel between the return and the preheated line, before the
    sources; each kW of heat pump i needs w_i kW from the sources behind it. With one heat pump
    this is P_th_HP <= s (P_th_HP + sum of sources). Storage discharge gives no flow there.
    """
    flows = plan.heat[item.path]
    if not flows:
        return
    block = plan.block(f"circuit.{item.path}")
    plan.each(block, "eq4", lambda t: sum(flow(t) for flow in flows) == 0)
    if item.heat_pumps:
        pumps = [plan.block(p) for p in item.heat_pumps]
        sources = [plan.block(p) for p in item.sources]
        for pump in pumps:
            plan.series(pump, "burden")
        plan.each(
            block,
            "share",
            lambda t: sum(p.burden[t] * p.P_th[t] for p in pumps) <= sum(s.P[t] for s in sources),
        )


def add_hot(plan: PlanModel, item: Circuit, layout: Layout) -> None:
    """The circuit's hot state: its flow line at the highest inlet that one of its sinks needs.

    Every flow is split into its part in that state and the rest; a step is all hot or not:

    eq4_hot:    eq. 4 of the hot parts
    share_hot:  sum(w_hot P_th_HP_hot) <= sum(P_hot of the sources)
    share_cold: sum(w (P_th_HP - P_th_HP_hot)) <= sum(P - P_hot of the sources)

    With `hot_direction` the state is that direction's outward one (1 - delta of eq. 15), else a
    binary `hot[t]`. Sources that run against the hot sinks give nothing in it. Sinks that need
    less than the hottest one are served hotter than they need: on the safe side.
    """
    block = plan.block(f"circuit.{item.path}")
    if item.hot_direction:
        hot = plan.outward[item.hot_direction]
    else:
        state = plan.binary(block, "hot")
        hot = lambda t: state[t]  # noqa: E731
    plan.hot[item.path] = hot
    for path in item.heat_pumps:
        heat_pump.add_hot(plan, layout.heat_pump(path), hot)
    for path in item.sources:
        idle = path in item.idle_sources
        heat_exchanger.add_hot_source(plan, layout.exchanger(path), hot, idle)
    for path in item.sinks:
        heat_exchanger.add_hot_sink(plan, layout.exchanger(path), hot, path in item.hot_sinks)
    for storage in layout.storages:
        if storage.circuit == item.path:
            heat_storage.add_hot(plan, storage, hot)
    flows = plan.hot_heat[item.path]
    plan.each(block, "eq4_hot", lambda t: sum(flow(t) for flow in flows) == 0)
    _shares(plan, item)


def _shares(plan: PlanModel, item: Circuit) -> None:
    if not item.heat_pumps:
        return
    block = plan.block(f"circuit.{item.path}")
    pumps = [plan.block(p) for p in item.heat_pumps]
    sources = [plan.block(p) for p in item.sources]
    able = [plan.block(p) for p in item.sources if p not in item.idle_sources]
    plan.each(
        block,
        "share_hot",
        lambda t: (
            sum(p.burden_hot[t] * p.P_th_hot[t] for p in pumps) <= sum(s.P_hot_in[t] for s in able)
        ),
    )
    plan.each(
        block,
        "share_cold",
        lambda t: (
            sum(p.burden[t] * (p.P_th[t] - p.P_th_hot[t]) for p in pumps)
            <= sum(s.P[t] for s in sources) - sum(s.P_hot_in[t] for s in able)
        ),
    )
