"""Whole numbers from a linear solution: directions by net flow, engines by their load."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.functional.strategy.build import Compiled
from rami.functional.strategy.compiler.term import Array
from rami.functional.strategy.layout import Circuit

#: kW below which an exchanger counts as not running
QUIET = 1.0


def rounded_bounds(plan: Compiled, x: Array) -> tuple[Array, Array]:
    """Column bounds with every whole number fixed near a linear solution `x`.

    A direction follows the net flow across the network's border; a circuit is hot where a sink
    that needs it runs, or where nothing runs and a storage takes up heat for one. As many
    engines run as the load needs, less those that would fall below their minimum load.
    """
    program, layout = plan.program, plan.layout
    lower, upper = program.arrays["lower"].copy(), program.arrays["upper"].copy()

    def fix(variable: str, values: Array) -> None:
        place = program.columns[variable]
        whole = np.clip(np.round(values), lower[place], upper[place])
        lower[place] = upper[place] = whole

    for direction in layout.directions:
        net: Array = np.zeros(layout.steps)
        for e in layout.exchangers:
            if e.direction == direction:
                flow = program.solution(f"{e.path}.P", x)
                net = net + (flow if e.side == "in" else -flow)
        charged = np.zeros(layout.steps, bool)
        for c in layout.circuits:
            if c.hot_direction == direction:
                charged |= _charged_hot(plan, c, x)
        outward = (net < -QUIET) | ((net < QUIET) & charged)
        fix(f"direction.{direction}.into_station", (~outward).astype(float))
    for c in layout.circuits:
        if c.hot_sinks and not c.hot_direction:
            asked = sum(program.solution(f"{p}.P", x) for p in c.hot_sinks) > QUIET
            fix(f"circuit.{c.path}.hot", np.asarray(asked | _charged_hot(plan, c, x), float))
    for unit, size in [(u, "p_th_engine") for u in layout.chps] + [
        (u, "p_max") for u in layout.boilers
    ]:
        if unit.commitment == "none":
            continue
        one = program.theta[program.parameters[f"{unit.path}.{size}"]]
        part = float(program.theta[program.parameters[f"{unit.path}.part_load"]][0])
        running = running_engines(program.solution(f"{unit.path}.P_th", x) / one, part)
        if unit.commitment == "count":
            fix(f"{unit.path}.engines", running)
        else:
            fix(f"{unit.path}.on", np.minimum(running, 1.0))
    return lower, upper


def _charged_hot(plan: Compiled, circuit: Circuit, x: Array) -> NDArray[np.bool_]:
    """Where a storage of the circuit takes up heat for its hot state."""
    charged = np.zeros(plan.layout.steps, bool)
    for s in plan.layout.storages:
        if s.circuit == circuit.path:
            charged |= plan.program.solution(f"{s.path}.hot_gain", x) > QUIET
    return charged


def running_engines(load: Array, part_load: float) -> Array:
    """Running units for a load in units: enough to carry it, none below its minimum load."""
    wanted = np.ceil(load - 1e-6)
    fewer = (wanted > 1) & (load < part_load * wanted - 1e-9)
    wanted = np.where(fewer, wanted - 1, wanted)
    return np.where((wanted == 1) & (load < 0.5 * part_load), 0.0, wanted)
