"""Direction: heat never flows into and out of a foreign network in one step."""

from __future__ import annotations

from typing import Any

from rami.functional.strategy.layout import Exchanger
from rami.functional.strategy.plan_model import Flow, PlanModel


def add(plan: PlanModel, name: str, members: list[Exchanger]) -> None:
    """One binary `into_station[t]` (delta) for all exchangers of a station on one network.

    eq. 14: P_in <= P_max_in delta
    eq. 15: P_out <= P_max_out (1 - delta)

    Where exchangers out of the station need a hotter flow line, delta = 0 is also the state in
    which the circuit runs hot (see `circuit`).
    """
    block = plan.block(f"direction.{name}")
    inward = plan.binary(block, "into_station")

    def outward(t: int) -> Any:
        return 1 - inward[t]

    def open_while(hex_: Any, allowed: Flow) -> Flow:
        return lambda t: hex_.P[t] <= hex_.p_max[t] * allowed(t)

    plan.outward[name] = outward
    for item in members:
        hex_ = plan.block(item.path)
        if item.side == "in":
            plan.each(hex_, "eq14", open_while(hex_, lambda t: inward[t]))
        else:
            plan.each(hex_, "eq15", open_while(hex_, outward))
