"""MILP block of a cooling tower."""

from __future__ import annotations

from rami.functional.strategy.layout import Converter
from rami.functional.strategy.plan_model import PlanModel


def add(plan: PlanModel, item: Converter) -> None:
    """Heat `P_th[t]` taken out of a cooling network, 0 <= P_th <= P_max (bounds).

    P_el = share P_th: what a heat pump takes out of the network saves this electricity.
    """
    block = plan.block(item.path)
    plan.series(block, "p_max")
    plan.scalar(block, "share")
    heat = plan.variable(block, "P_th", lambda t: block.p_max[t])
    plan.heat[item.network].append(lambda t: -heat[t])
    plan.loads[item.owner].append(lambda t: block.share * heat[t])
