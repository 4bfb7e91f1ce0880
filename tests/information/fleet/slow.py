"""The same as the kernels of a fleet, meter by meter and hour by hour in plain Python."""

from __future__ import annotations

from itertools import pairwise
from math import isnan, nan

import numpy as np

from rami.core.quality import Qualities
from rami.core.timegrid import TimeGrid
from rami.information.fleet.growth import DRAWN, ESTIMATED, MEASURED, UNKNOWN
from rami.information.fleet.rows import FleetRows, FleetRules
from rami.information.quality.column import Column
from rami.information.quality.flatline import Flatline
from rami.information.quality.limits import Range
from rami.information.quality.register import Register


def columns(rows: FleetRows) -> list[Column]:
    """Each meter's rows."""
    found = []
    for m in range(rows.count):
        mine = rows.meters == m
        found.append(Column.of(rows.times[mine], rows.values[mine], rows.status[mine]))
    return found


def judged(column: Column, rules: FleetRules) -> tuple[Qualities, np.ndarray, list[bool]]:
    """Marks of one meter, its register (NaN where none counts), where growth is not known."""
    register = Register(tolerance=rules.tolerance, rate_max=rules.rate_max, unusual=rules.unusual)
    marks = Range(0.0).marks(column)
    column = column.graded(marks)
    x = column.values[column.known]
    if len(x) > 1 and (np.diff(x) != 0).any():
        flat = Flatline(rules.stuck_ns, chance=0.0).marks(column)
        column, marks = column.graded(flat), marks | flat
    more = register.marks(column)
    marks = marks | more
    graded = column.graded(more)
    growth = register.growth(column)
    values = np.where(graded.known, register.continuous(column), np.nan)
    first = True
    broken = []
    for t in range(len(column)):
        counts = not isnan(values[t])
        broken.append(counts and not first and isnan(growth[t]))
        first = first and not counts
    return marks, values, broken


def growths(
    rows: FleetRows, grid: TimeGrid, rules: FleetRules
) -> tuple[list[list[float]], list[list[int]], list[float]]:
    """Energy and grade by meter and interval, level by meter."""
    energy, grades, levels = [], [], []
    edges = [grid.start_ns + k * grid.step_ns for k in range(grid.count + 1)]
    for column in columns(rows):
        _, values, broken = judged(column, rules)
        read = [(int(column.times[i]), float(values[i]), broken[i])
                for i in range(len(column)) if not isnan(values[i])]  # fmt: skip
        at = [_edge(read, e, rules) for e in edges]
        mine, grade = [], []
        for (a, near_a, chain_a), (b, near_b, chain_b) in pairwise(at):
            if isnan(a) or isnan(b) or chain_a != chain_b:
                mine.append(nan)
                grade.append(UNKNOWN)
            else:
                mine.append(max(b - a, 0.0))
                grade.append(MEASURED if near_a and near_b else DRAWN)
        energy.append(mine)
        grades.append(grade)
        grown = hours = 0.0
        for (t0, x0, _), (t1, x1, cut) in pairwise(read):
            if not cut:
                grown, hours = grown + x1 - x0, hours + (t1 - t0) / 3.6e12
        levels.append(max(grown, 0.0) / hours if hours >= 12 else nan)
    return energy, grades, levels


def _edge(
    read: list[tuple[int, float, bool]], edge: int, rules: FleetRules
) -> tuple[float, bool, int]:
    """Reading at an instant, whether readings are near, number of breaks before it."""
    before = [i for i, (t, _, _) in enumerate(read) if t <= edge]
    if not before:
        return nan, False, 0
    i = before[-1]
    chain = sum(cut for _, _, cut in read[: i + 1])
    t0, x0, _ = read[i]
    if t0 == edge:
        return x0, True, chain
    if i + 1 == len(read) or read[i + 1][2] or read[i + 1][0] - t0 > rules.longest_ns:
        return nan, False, chain
    t1, x1, _ = read[i + 1]
    value = x0 + (edge - t0) / (t1 - t0) * (x1 - x0)
    return value, 2 * (t1 - t0) <= 3 * rules.period_ns, chain


def complete(
    energy: list[list[float]], grades: list[list[int]], levels: list[float], groups: list[int]
) -> None:
    """Fill unknown intervals in place, as `completed` says."""
    known = [x for x in levels if not isnan(x)]
    overall = sum(known) / len(known) if known else 1.0
    level = []
    for m, x in enumerate(levels):
        peers = [levels[j] for j in range(len(levels))
                 if groups[j] == groups[m] and not isnan(levels[j])]  # fmt: skip
        level.append(x if not isnan(x) else (sum(peers) / len(peers) if peers else overall))
    told = [[g != UNKNOWN for g in row] for row in grades]
    for t in range(len(energy[0]) if energy else 0):
        everyone = [j for j in range(len(energy)) if told[j][t]]
        for m in range(len(energy)):
            if told[m][t]:
                continue
            peers_t = [j for j in everyone if groups[j] == groups[m]]
            peers_t = peers_t if len(peers_t) >= 5 else everyone
            if not peers_t:
                continue
            weight = sum(level[j] for j in peers_t)
            ratio = sum(energy[j][t] for j in peers_t) / weight if weight > 0 else 0.0
            energy[m][t], grades[m][t] = level[m] * ratio, ESTIMATED
