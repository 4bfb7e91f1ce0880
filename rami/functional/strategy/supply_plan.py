"""Plan of a heating district's producer: its units against a load that is given or asked about.

The blocks are those of a station's plan; the load is a variable, so that the same programme is
a plan (load fixed), an answer to a price, or a part of a joint plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rami.functional.strategy import boiler, chp, grid_connection, heat_source, heat_storage
from rami.functional.strategy.compiler import CompiledProgram
from rami.functional.strategy.layout import Converter, Storage
from rami.functional.strategy.plan_model import PlanModel

OWNER, NETWORK = "producer", "district.water"
#: variable of the heat sent out, and of what is lacking or too much
LOAD, SHORT, SURPLUS = "sent", "short", "surplus"


@dataclass(frozen=True)
class SupplyLayout:
    """Structure of a plan: units by `unit.name`, `commitment` "none" for the relaxed one."""

    steps: int
    chps: tuple[Converter, ...] = ()
    boilers: tuple[Converter, ...] = ()
    sources: tuple[Converter, ...] = ()
    storages: tuple[Storage, ...] = ()


@lru_cache(maxsize=16)
def _compiled(layout: SupplyLayout) -> CompiledProgram:
    plan = PlanModel(layout.steps)
    for store in layout.storages:
        heat_storage.add(plan, store)
    for engine in layout.chps:
        chp.add(plan, engine)
    for one in layout.boilers:
        boiler.add(plan, one)
    for source in layout.sources:
        heat_source.add(plan, source)
    block = plan.model
    plan.series(block, "load_min", "load_max")
    load = plan.variable(block, LOAD)
    short, surplus = plan.variable(block, SHORT), plan.variable(block, SURPLUS)
    plan.each(block, "load_least", lambda t: load[t] >= block.load_min[t])
    plan.each(block, "load_most", lambda t: load[t] <= block.load_max[t])
    flows = plan.heat[NETWORK]
    plan.each(
        block,
        "balance",
        lambda t: sum(f(t) for f in flows) + short[t] - surplus[t] - load[t] == 0,
    )
    plan.cost("slack", lambda t: plan.shortage_price * (short[t] + surplus[t]))
    grid_connection.add(plan, OWNER, balanced=True)
    return CompiledProgram(plan.model, plan.finish())


def compiled(layout: SupplyLayout) -> CompiledProgram:
    """The compiled programme with parameters of its own."""
    return _compiled(layout).replica()
