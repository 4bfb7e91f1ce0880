"""Grid connection of an owner: electricity and its peak."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pe

from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, owner: str, balanced: bool) -> None:
    """Electricity of an owner's station and, when `balanced`, of all its loads and engines.

    eq. 16: P_el_HTS = sum(P_el_IH) + sum(P_el_HP)                variable `P_el_station`
    eq. 17: P_el_HTS + P_el_Factory - P_el_currentPeak <= P_el_deltaPeak
            P_el_Factory is the residual at the grid connection without the station
    eq. 18: 0 <= P_el_deltaPeak                                   variable `peak_increase`

    Balanced, import and export are variables and eq. 17 reads P_import - P_el_currentPeak:

    grid:   P_import + P_el_CHP = P_el_HTS + loads + P_export
    export: P_export <= P_el_CHP
    C_el = buy P_import - sell P_export + levy (P_el_CHP - P_export)

    Import and export in one step is not excluded; it does not pay while buy - levy >= sell.
    Otherwise C_el = buy P_el_HTS. C_Peak is the peak price on P_el_deltaPeak.
    """
    block = plan.block(f"owner.{owner}")
    plan.series(block, "el_buy")
    plan.scalar(block, "peak")
    plan.scalar(block, "peak_price")
    station = plan.variable(block, "P_el_station")
    increase = block.peak_increase = pe.Var(domain=pe.NonNegativeReals)
    users = plan.station_loads[owner]
    plan.each(block, "eq16", lambda t: station[t] == sum(u(t) for u in users))
    drawn = _balance(plan, block, owner) if balanced else _residual(plan, block)
    plan.each(block, "eq17", lambda t: drawn(t) - block.peak <= increase)
    plan.cost_once("C_Peak", block.peak_price * increase)


def _residual(plan: PlanModel, block: Any) -> Flow:
    plan.series(block, "residual")
    plan.cost("C_el", lambda t: block.el_buy[t] * block.P_el_station[t])
    return lambda t: block.P_el_station[t] + block.residual[t]


def _balance(plan: PlanModel, block: Any, owner: str) -> Flow:
    plan.series(block, "el_sell", "levy")
    bought, sold = plan.variable(block, "P_import"), plan.variable(block, "P_export")
    generation, loads = plan.generation[owner], plan.loads[owner]

    def made(t: int) -> Any:
        return sum(g(t) for g in generation)

    plan.each(
        block,
        "grid",
        lambda t: bought[t] + made(t) == block.P_el_station[t] + sum(u(t) for u in loads) + sold[t],
    )
    plan.each(block, "export", lambda t: sold[t] <= made(t))
    plan.cost(
        "C_el",
        lambda t: (
            block.el_buy[t] * bought[t]
            - block.el_sell[t] * sold[t]
            + block.levy[t] * (made(t) - sold[t])
        ),
    )
    return lambda t: bought[t]
