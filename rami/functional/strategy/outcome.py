"""From a solution's columns to a schedule."""

from __future__ import annotations

import numpy as np

from rami.core.timegrid import TimeGrid
from rami.functional.schedule import Schedule
from rami.functional.strategy.build import Compiled
from rami.functional.strategy.compiler.term import Array
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
    program, x = plan.program, solution.x
    table = {name: program.solution(name, x) for name in variables(plan)}
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
    names += [f"{u.path}.engines" for u in layout.chps if u.commitment]
    return names


def flow_temperatures(plan: Compiled, site: SiteLayout, x: Array) -> dict[str, Array]:
    """Required flow temperature by circuit, degC.

    The circuit's own, or the highest inlet of those exchangers that ask for more: their
    binary allows it, and they run or the storage takes up heat for them.
    """
    program, found = plan.program, {}
    for circuit in plan.layout.circuits:
        flow = np.full(plan.layout.steps, site.site.network(circuit.path).flow)
        charging = np.zeros(plan.layout.steps, bool)
        if circuit.activities:
            for s in plan.layout.storages:
                if s.circuit == circuit.path:
                    charging |= program.solution(f"{s.path}.hot_gain", x) > QUIET
        for e in plan.layout.exchangers:
            if e.activity in circuit.activities and e.activity is not None:
                asked = activity(plan, e.path, e.direction, x)
                runs = program.solution(f"{e.path}.P", x) > QUIET
                lifts = asked & (runs | (charging & (e.path in circuit.hottest)))
                flow = np.where(lifts, np.maximum(flow, site.flow_wanted(e.path)), flow)
        twin = circuit.path.partition(".")[0]
        found[f"{circuit.path}.T_flow"] = flow
        if len([c for c in plan.layout.circuits if c.path.startswith(f"{twin}.")]) == 1:
            found[f"{twin}.T_flow"] = flow
    return found


def activity(plan: Compiled, path: str, direction: str | None, x: Array) -> np.ndarray:
    """Whether an exchanger may ask for the hotter flow line, by its binary."""
    if direction:
        return np.asarray(plan.program.solution(f"direction.{direction}.into_station", x) < 0.5)
    return np.asarray(plan.program.solution(f"{path}.active", x) > 0.5)


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
