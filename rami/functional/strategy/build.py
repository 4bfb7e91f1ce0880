"""Builds and compiles the model of a layout, once per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rami.functional.strategy import (
    boiler,
    chp,
    circuit,
    consumer,
    cooling_tower,
    direction,
    grid_connection,
    heat_exchanger,
    heat_pump,
    heat_storage,
    network,
)
from rami.functional.strategy.compiler import CompiledProgram
from rami.functional.strategy.layout import Layout
from rami.functional.strategy.plan_model import PlanModel, Slack


@dataclass(frozen=True)
class Compiled:
    """A compiled layout: its program and what may be violated at a price."""

    layout: Layout
    program: CompiledProgram
    slacks: tuple[Slack, ...]

    def replica(self) -> Compiled:
        """The same with parameters of its own."""
        return Compiled(self.layout, self.program.replica(), self.slacks)


def model_of(layout: Layout) -> tuple[PlanModel, dict[str, object]]:
    """The Pyomo model of a layout, Params without values, and the terms of eq. 21."""
    plan = PlanModel(layout.steps)
    for pump in layout.heat_pumps:
        heat_pump.add(plan, pump)
    for item in layout.exchangers:
        behind = layout.circuit(item.secondary)
        heat_exchanger.add(plan, item, hot=behind is not None and bool(behind.hot_sinks))
    for storage in layout.storages:
        heat_storage.add(plan, storage)
    for name in layout.directions:
        direction.add(plan, name, [e for e in layout.exchangers if e.direction == name])
    for c in layout.circuits:
        circuit.add(plan, c)
        if c.hot_sinks:
            circuit.add_hot(plan, c, layout)
    for unit in layout.chps:
        chp.add(plan, unit)
    for unit in layout.boilers:
        boiler.add(plan, unit)
    for unit in layout.cooling_towers:
        cooling_tower.add(plan, unit)
    kinds = {n.path: n.kind for n in layout.networks}
    for load in layout.consumers:
        consumer.add(plan, load, kinds.get(load.network) == "cooling")
    terms = term_names(layout)
    for n in layout.networks:
        if n.balanced:
            network.add_balance(plan, n)
        else:
            network.add_port(plan, n, terms[n.path])
    for owner in layout.owners:
        grid_connection.add(plan, owner, layout.balanced)
    return plan, plan.finish()


@lru_cache(maxsize=16)
def _compiled(layout: Layout) -> Compiled:
    plan, terms = model_of(layout)
    return Compiled(layout, CompiledProgram(plan.model, terms), tuple(plan.slacks))


def compiled(layout: Layout) -> Compiled:
    """The compiled model of a layout with parameters of its own; ControlError as the compiler."""
    return _compiled(layout).replica()


def term_names(layout: Layout) -> Mapping[str, str]:
    """What eq. 21 calls each network: its name in capitals, with the twin's where two share it."""
    names = [n.path.partition(".")[2] for n in layout.networks]
    return {
        n.path: (name if names.count(name) == 1 else n.path.replace(".", "_")).upper()
        for n, name in zip(layout.networks, names, strict=True)
    }
