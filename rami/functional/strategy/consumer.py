"""MILP block of a consumer group: a given load."""

from __future__ import annotations

from rami.functional.strategy.layout import Consumer
from rami.functional.strategy.plan_model import PlanModel


def add(plan: PlanModel, item: Consumer, cooling: bool) -> None:
    """A parameter `demand[t]` in kW: drawn from a heating network or from electricity, given
    off to a cooling network (`cooling`). It has no variables."""
    block = plan.block(item.path)
    plan.series(block, "demand")
    if item.network == "electricity":
        plan.loads[item.owner].append(lambda t: block.demand[t])
    elif cooling:
        plan.heat[item.network].append(lambda t: block.demand[t])
    else:
        plan.heat[item.network].append(lambda t: -block.demand[t])
