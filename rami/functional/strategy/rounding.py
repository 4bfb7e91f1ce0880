"""Whole numbers from a linear solution: directions by net flow, engines by their load."""

from __future__ import annotations

import numpy as np

from rami.functional.strategy.build import Compiled
from rami.functional.strategy.compiler.term import Array

#: kW below which an exchanger counts as not running
QUIET = 1.0


def rounded_bounds(plan: Compiled, x: Array) -> tuple[Array, Array]:
    """Column bounds with every whole number fixed near a linear solution `x`.

    A direction follows the net flow across the network's border, a hotter flow line is asked
    for where its exchanger runs, and as many engines run as the load needs, less those that
    would fall below their minimum load.
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
        fix(f"direction.{direction}.into_station", (net > -QUIET).astype(float))
    for e in layout.exchangers:
        if e.activity and not e.direction:
            running = program.solution(f"{e.path}.P", x) > QUIET
            fix(f"{e.path}.active", running.astype(float))
    for unit in layout.chps:
        if unit.commitment:
            theta = {n: program.theta[program.parameters[f"{unit.path}.{n}"]] for n in _ENGINE}
            load = program.solution(f"{unit.path}.P_th", x) / theta["p_th_engine"]
            fix(f"{unit.path}.engines", _engines(load, float(theta["part_load"][0])))
    for unit in layout.boilers:
        if unit.commitment:
            size = program.theta[program.parameters[f"{unit.path}.p_max"]]
            part = float(program.theta[program.parameters[f"{unit.path}.part_load"]][0])
            fix(f"{unit.path}.on", _engines(program.solution(f"{unit.path}.P_th", x) / size, part))
    return lower, upper


_ENGINE = ("p_th_engine", "part_load")


def _engines(load: Array, part_load: float) -> Array:
    """Running units for a load in units: enough to carry it, none below its minimum load."""
    wanted = np.ceil(load - 1e-6)
    fewer = (wanted > 1) & (load < part_load * wanted - 1e-9)
    wanted = np.where(fewer, wanted - 1, wanted)
    return np.where((wanted == 1) & (load < 0.5 * part_load), 0.0, wanted)
