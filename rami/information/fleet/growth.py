"""What registers of a fleet grew in each interval of a grid, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.timegrid import TimeGrid
from rami.information.fleet.judge import Judged
from rami.information.fleet.rows import FleetRows, FleetRules

#: grades of an interval: nothing, an estimate from others, a line over a gap, readings
UNKNOWN, ESTIMATED, DRAWN, MEASURED = 0, 1, 2, 3

#: hours of known growth below which a meter's own level is not told
_LEAST_H = 12.0


@dataclass(frozen=True)
class Growth:
    """`energy` and `grade` of shape (meters, intervals), energy NaN where UNKNOWN; `level` is
    each meter's mean growth per hour over all its rows, NaN where too little is known."""

    energy: Values
    grade: NDArray[np.uint8]
    level: Values


def growth(rows: FleetRows, judged: Judged, grid: TimeGrid, rules: FleetRules) -> Growth:
    """Readings on straight lines, at the edges of the grid's intervals; differences of these."""
    shape = (rows.count, grid.count)
    energy = np.full(shape, np.nan)
    grade = np.zeros(shape, np.uint8)
    places = judged.places
    if not len(places):
        return Growth(energy, grade, np.full(rows.count, np.nan))
    meters, times = rows.meters[places], rows.times[places]
    edges = grid.start_ns + grid.step_ns * np.arange(grid.count + 1, dtype=np.int64)
    before = _before(meters, times, rows.count, edges)
    there = before >= 0
    at = np.where(there, before, 0)
    exact = there & (times[at] == edges)
    after = np.minimum(at + 1, len(places) - 1)
    span = times[after] - times[at]
    within = there & ~exact & (after > at) & (meters[after] == meters[at])
    within &= ~judged.broken[after] & (span <= rules.longest_ns)
    part = np.where(within, (edges - times[at]) / np.where(within, span, 1), 0.0)
    rise = np.where(within, judged.register[after] - judged.register[at], 0.0)
    reading = judged.register[at] + part * rise
    known = exact | within
    breaks = np.cumsum(judged.broken)[at]
    held = known[:, 1:] & known[:, :-1] & (breaks[:, 1:] == breaks[:, :-1])
    energy[held] = np.maximum(np.diff(reading, axis=1), 0.0)[held]
    near = exact | (within & (2 * span <= 3 * rules.period_ns))
    grade[held] = DRAWN
    grade[held & near[:, 1:] & near[:, :-1]] = MEASURED
    return Growth(energy, grade, _level(meters, times, judged, rows.count))


def _before(
    meters: NDArray[np.int64], times: NDArray[np.int64], count: int, edges: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Last reading of each meter at or before each edge, shape (meters, edges); -1: none."""
    first = min(int(times.min()), int(edges[0]))
    width = max(int(times.max()), int(edges[-1])) - first + 1
    # seconds would lose readings of one second; nanoseconds of months times meters overflow
    scale = max(1, -(-width * (count + 1) // (1 << 62)))
    width = width // scale + 1
    keys = meters * width + (times - first) // scale
    asked = np.arange(count)[:, None] * width + (edges - first)[None, :] // scale
    found = np.searchsorted(keys, asked.ravel(), "right").reshape(asked.shape) - 1
    mine = (found >= 0) & (meters[np.maximum(found, 0)] == np.arange(count)[:, None])
    return np.where(mine, found, -1)


def _level(
    meters: NDArray[np.int64], times: NDArray[np.int64], judged: Judged, count: int
) -> Values:
    same = (meters[1:] == meters[:-1]) & ~judged.broken[1:]
    at = meters[1:][same]
    grown = np.bincount(at, np.diff(judged.register)[same], count)
    hours = np.bincount(at, np.diff(times)[same] / 3.6e12, count)
    enough = hours >= _LEAST_H
    return np.where(enough, np.maximum(grown, 0.0) / np.where(enough, hours, 1.0), np.nan)
