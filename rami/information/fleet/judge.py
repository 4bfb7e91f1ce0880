"""Registers of a fleet judged in one go: the checks of `quality`, over all meters at once.

Range, flat readings and register as `Range(0)`, `Flatline(chance=0)` and `Register` mark them
meter by meter; a test holds both against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import Values
from rami.core.quality import Family, Qualities, Reason, is_bad, quality
from rami.core.timegrid import NS
from rami.information.fleet.rows import FleetRows, FleetRules, Mask, Meters
from rami.information.quality.flatline import runs

#: fewer growing steps tell nothing about how fast is usual; fewer equal readings are not flat
_FEWEST, _FLAT = 30, 4

_RANGE = np.uint32(quality(Family.BAD, Reason.RANGE))
_STUCK = np.uint32(quality(Family.BAD, Reason.STUCK))
_WRONG = np.uint32(quality(Family.BAD, Reason.INCONSISTENT))
_RESET = np.uint32(quality(Family.UNCERTAIN, Reason.RESET))
_BACK = np.uint32(quality(Family.UNCERTAIN, Reason.INCONSISTENT))


@dataclass(frozen=True)
class Judged:
    """`marks` per row; of the readings that count: their `places` among the rows, `register` as
    if it had never been reset, `broken` where the growth since the one before is not known."""

    marks: Qualities
    places: NDArray[np.intp]
    register: Values
    broken: Mask


def judge(rows: FleetRows, rules: FleetRules) -> Judged:
    """What of the rows counts. Meters that never moved are at rest, not stuck."""
    marks = np.zeros(len(rows.times), np.uint32)
    known = np.isfinite(rows.values) & ~is_bad(rows.status)
    low = known & (rows.values < 0.0)
    marks[low] = _RANGE
    places = np.flatnonzero(known & ~low)
    flat = places[_flat(rows, places, rules)]
    marks[flat] = _STUCK
    places = places[marks[places] == 0]
    rate = _rates(rows, places, rules)
    wrong = places[_wrong(rows, places, rate, rules.tolerance)]
    marks[wrong] = _WRONG
    places = places[marks[places] == 0]
    return _counted(rows, places, rate, rules.tolerance, marks)


def _steps(rows: FleetRows, places: NDArray[np.intp]) -> tuple[Mask, Values, Values]:
    """Between neighbouring readings: whether of one meter, growth, seconds."""
    meters, times, values = rows.meters[places], rows.times[places], rows.values[places]
    same = meters[1:] == meters[:-1]
    return same, np.diff(values), np.diff(times) / NS


def _flat(rows: FleetRows, places: NDArray[np.intp], rules: FleetRules) -> Mask:
    """Readings within a span of equal ones that lasts."""
    out = np.zeros(len(places), bool)
    if len(places) < _FLAT:
        return out
    same, step, _ = _steps(rows, places)
    first, last = runs(same & (step == 0.0))
    times, meters = rows.times[places], rows.meters[places]
    moved = np.zeros(rows.count, bool)
    moved[meters[1:][same & (step != 0.0)]] = True
    long = (times[last] - times[first] >= rules.stuck_ns) & (last - first + 1 >= _FLAT)
    long &= moved[meters[first]]
    edges = np.zeros(len(places) + 1, np.int64)
    edges[first[long]] += 1
    edges[last[long] + 1] -= 1
    return np.asarray(np.cumsum(edges[:-1]) > 0)


def _rates(rows: FleetRows, places: NDArray[np.intp], rules: FleetRules) -> Values:
    """Growth per second beyond which none can be, by meter; infinite where not known."""
    if rules.rate_max < inf:
        return np.full(rows.count, rules.rate_max)
    out = np.full(rows.count, inf)
    same, step, seconds = _steps(rows, places)
    grew = same & (step > 0.0) & (seconds > 0.0)
    meters = rows.meters[places][1:][grew]
    rates = step[grew] / seconds[grew]
    count = np.bincount(meters, minlength=rows.count)
    ranked = rates[np.lexsort((rates, meters))]
    start = np.cumsum(count) - count
    enough = np.flatnonzero(count >= _FEWEST)
    at = start[enough] + (0.99 * (count[enough] - 1)).astype(np.int64)
    out[enough] = rules.unusual * ranked[at]
    return out


def _most(rate: Values, meters: Meters, seconds: Values) -> Values:
    each = rate[meters]
    free = each == inf
    return np.where(free, inf, np.where(free, 0.0, each) * seconds)


def _wrong(rows: FleetRows, places: NDArray[np.intp], rate: Values, tolerance: float) -> Mask:
    """Readings that do not fit while the next fits the one before."""
    out = np.zeros(len(places), bool)
    if len(places) < 3:
        return out
    same, step, seconds = _steps(rows, places)
    limit = _most(rate, rows.meters[places][1:], seconds)
    falls, jumps = same & (step < -tolerance), same & (step > limit)
    values = rows.values[places]
    over = values[2:] - values[:-2]
    fits = same[:-1] & same[1:] & (over >= -tolerance) & (over <= limit[1:] + limit[:-1])
    out[1:-1] = fits & (falls[:-1] | (jumps[:-1] & falls[1:]))
    late = fits & ~jumps[:-1] & ~falls[:-1] & falls[1:]
    late[:-1] &= ~out[2:-1]
    out[1:-1] |= late
    return out


def _counted(
    rows: FleetRows, places: NDArray[np.intp], rate: Values, tolerance: float, marks: Qualities
) -> Judged:
    same, step, seconds = _steps(rows, places)
    limit = _most(rate, rows.meters[places][1:], seconds)
    odd = np.flatnonzero(same & ((step < -tolerance) | (step > limit)))
    values = rows.values[places]
    broken = np.zeros(len(places), bool)
    if not len(odd):
        return Judged(marks, places, values, broken)
    before, after = values[odd], values[odd + 1]
    reset = (after < 0.5 * before) & (after <= limit[odd])
    back = ~reset & (after < before) & (before - after <= limit[odd])
    growth = np.where(reset, after, 0.0)
    broken[odd + 1] = ~reset & ~back
    marks[places[odd + 1]] = np.where(back, _BACK, _RESET)
    shift = np.zeros(len(places))
    shift[odd + 1] = growth - step[odd]
    total = np.cumsum(shift)
    meters = rows.meters[places]
    start = np.searchsorted(meters, meters, "left")
    # what other meters were moved by before does not count here
    own = total - (total[start] - shift[start])
    touched = np.zeros(rows.count, bool)
    touched[meters[odd]] = True
    register = np.where(touched[meters], values + own, values)
    return Judged(marks, places, register, broken)
