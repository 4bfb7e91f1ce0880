"""Networks outside the station: balanced with their converters, or a port with a price."""

from __future__ import annotations

from typing import Any

from rami.functional.strategy.layout import Network
from rami.functional.strategy.plan_model import Flow, PlanModel


def add_balance(plan: PlanModel, item: Network) -> None:
    """Heat into a network of the planning owner sums to zero in each step.

    balance: sum(heat in) + short - surplus = 0       heating
             sum(heat in) - short + surplus = 0       cooling (`short`: heat not taken away)

    `short` and `surplus` are priced slacks. With several exchangers on one side their sum is
    limited as in eq. 13 (`_together`).
    """
    flows = plan.heat[item.path]
    block = plan.block(f"network.{item.path}")
    noun = "heat" if item.kind == "heating" else "cooling"
    short = plan.slack(block, "short", f"{item.path}: {noun} demand")
    surplus = plan.slack(block, "surplus", f"{item.path}: {noun} beyond demand")
    sign = 1 if item.kind == "heating" else -1
    plan.each(
        block,
        "balance",
        lambda t: sum(flow(t) for flow in flows) + sign * (short[t] - surplus[t]) == 0,
    )
    plan.cost("slack", lambda t: plan.shortage_price * (short[t] + surplus[t]))
    _together(plan, item)


def add_port(plan: PlanModel, item: Network, name: str) -> None:
    """Heat at a price: drawn out of the network, or fed into it.

    C_<name> = c_draw P_draw (eq. 22),   R_<name> = r_feed P_feed (eq. 23)

    For a network of the planning owner both are eq. 3 of its baseline dispatch, and C_CO2
    counts its specific emission (eq. 2) once, there only. In a cooling network `r_feed` is
    what a kWh of heat taken away saves.
    """
    block = plan.block(f"network.{item.path}")
    draws = [plan.at(p, "P") for p in item.draws]
    feeds = [plan.at(p, "P") for p in item.feeds]
    cold = [plan.at(p, "P_c") for p in item.coolers]
    if draws:
        plan.series(block, "draw_price")
        plan.cost(f"C_{name}", lambda t: block.draw_price[t] * sum(p(t) for p in draws))
    if feeds or cold:
        plan.series(block, "feed_price")
        plan.revenue(f"R_{name}", lambda t: block.feed_price[t] * sum(p(t) for p in feeds + cold))
    if item.own and item.kind == "heating":
        plan.series(block, "emission")
        plan.cost(
            "C_CO2",
            lambda t: (
                plan.co2_price
                * block.emission[t]
                * (sum(p(t) for p in draws) - sum(p(t) for p in feeds))
            ),
        )
    _together(plan, item)


def _together(plan: PlanModel, item: Network) -> None:
    """Eq. 13 for all exchangers on one side of a network, and eq. 7 for all heat pumps on it."""
    block = plan.block(f"network.{item.path}")
    for name, paths, variable in (
        ("draw_max", item.draws, "P"),
        ("feed_max", item.feeds, "P"),
        ("cooling_max", item.coolers, "P_c"),
    ):
        if len(paths) > 1:
            _limit_sum(plan, block, name, [plan.at(p, variable) for p in paths])


def _limit_sum(plan: PlanModel, block: Any, name: str, flows: list[Flow]) -> None:
    plan.series(block, name)
    limit = block.component(name)
    plan.each(block, f"limit_{name}", lambda t: sum(f(t) for f in flows) <= limit[t])
