"""From a solution's columns to a schedule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule
from rami.functional.strategy.build import Compiled
from rami.functional.strategy.compiler.term import Array
from rami.functional.strategy.layout import Circuit, Layout
from rami.functional.strategy.rounding import QUIET
from rami.functional.strategy.site_layout import SiteLayout
from rami.functional.strategy.solver import Solution

#: kWh below which a slack counts as unused
_UNUSED = 1e-3


def schedule_of(
    plan: Compiled,
    site: SiteLayout,
    grid: TimeGrid,
    solution: Solution,
    rung: str,
    reasons: tuple[str, ...],
) -> Schedule:
    """The schedule of a solution with eq. 21 by terms, and a note for each slack in use."""
    program = plan.program
    x = np.clip(solution.x, program.arrays["lower"], program.arrays["upper"])  # solver tolerance
    table = {name: program.solution(name, x) for name in variables(plan)}
    for unit in plan.layout.chps:
        one = float(program.theta[program.parameters[f"{unit.path}.p_th_engine"]][0])
        table[f"{unit.path}.engines"] = np.ceil(table[f"{unit.path}.P_th"] / one - 1e-6)
    table.update(flow_temperatures(plan, site, x))
    values = np.column_stack([np.asarray(v, float) for v in table.values()])
    values += 0.0  # no negative zeros
    return Schedule(
        grid,
        tuple(table),
        values,
        rung,
        max(solution.objective - solution.bound, 0.0),
        solution.bound,
        solution.objective,
        program.parts(x),
        (*reasons, *slack_notes(plan, grid, x)),
    )


def variables(plan: Compiled) -> list[str]:
    """The variables of the model that a schedule shows."""
    layout = plan.layout
    names = [f"{e.path}.P" for e in layout.exchangers]
    names += [f"{h.path}.{v}" for h in layout.heat_pumps for v in ("P_el", "P_th")]
    names += [f"{p}.P_el" for s in layout.storages for p in s.heaters]
    names += [f"{s.path}.{v}" for s in layout.storages for v in ("P", "Q")]
    names += [f"{u.path}.P_th" for u in (*layout.chps, *layout.boilers, *layout.cooling_towers)]
    return names


def flow_temperatures(plan: Compiled, site: SiteLayout, x: Array) -> dict[str, Array]:
    """Required flow temperature by circuit, degC.

    The circuit's own; that of its hot state where it is in it and a sink that needs it runs,
    or the storage takes up heat for one.
    """
    found = {}
    for circuit in plan.layout.circuits:
        flow = np.full(plan.layout.steps, site.site.network(circuit.path).flow)
        if circuit.hot_sinks:
            lifted = hot_state(plan, circuit, x) & _hot_in_use(plan, circuit, x)
            flow = np.where(lifted, site.flow_hot(circuit.path), flow)
        found.update(dict.fromkeys(flow_columns(plan.layout, circuit), flow))
    return found


def flow_columns(layout: Layout, circuit: Circuit) -> list[str]:
    """The columns that carry a circuit's flow temperature."""
    twin = circuit.path.partition(".")[0]
    alone = len([c for c in layout.circuits if c.path.startswith(f"{twin}.")]) == 1
    return [f"{circuit.path}.T_flow", *([f"{twin}.T_flow"] if alone else [])]


def hot_state(plan: Compiled, circuit: Circuit, x: Array) -> NDArray[np.bool_]:
    """Whether a circuit's binary lets it run hot."""
    if circuit.hot_direction:
        inward = plan.program.solution(f"direction.{circuit.hot_direction}.into_station", x)
        return np.asarray(inward < 0.5)
    return np.asarray(plan.program.solution(f"circuit.{circuit.path}.hot", x) > 0.5)


def _hot_in_use(plan: Compiled, circuit: Circuit, x: Array) -> NDArray[np.bool_]:
    used = np.zeros(plan.layout.steps, bool)
    for path in circuit.hot_sinks:
        used |= plan.program.solution(f"{path}.P", x) > QUIET
    for storage in plan.layout.storages:
        if storage.circuit == circuit.path:
            used |= plan.program.solution(f"{storage.path}.hot_gain", x) > QUIET
    return used


def slack_notes(plan: Compiled, grid: TimeGrid, x: Array) -> list[str]:
    """One line per violated limit: what, how much at most, how much in all, how many hours."""
    notes = []
    for slack in plan.slacks:
        used = plan.program.solution(slack.variable, x)
        hours = float(np.count_nonzero(used > _UNUSED)) * grid.step_h
        if not hours:
            continue
        if slack.energy:
            notes.append(f"{slack.limit} violated by up to {used.max():.1f} kWh, {hours:g} h")
        else:
            most, energy = used.max(), used.sum() * grid.step_h
            notes.append(
                f"{slack.limit} violated by up to {most:.1f} kW, {energy:.1f} kWh, {hours:g} h"
            )
    return notes
