"""The kernels again, value by value in plain Python: slow, and plain to see that they are right."""

from __future__ import annotations

import itertools
from collections import Counter
from math import ceil, inf, isfinite, log
from statistics import median

from rami.core.quality import Family, Reason, is_bad
from rami.core.timegrid import NS
from rami.information.quality.column import Column
from rami.information.quality.flatline import Flatline
from rami.information.quality.limits import Range, Rate
from rami.information.quality.spike import Spike

DAY = 86400 * NS


def rows_of(column: Column) -> list[tuple[int, int, float]]:
    """(place, time, value) of the known rows."""
    return [
        (i, int(t), float(x))
        for i, (t, x, q) in enumerate(zip(column.times, column.values, column.status, strict=True))
        if isfinite(x) and not is_bad(q)
    ]


def period_of(times: list[int]) -> int:
    steps = sorted(b - a for a, b in itertools.pairwise(times) if b > a)
    return steps[len(steps) // 2] if steps else 0


def in_range(column: Column, check: Range) -> list[int]:
    out = [0] * len(column)
    for i, _, x in rows_of(column):
        if x < check.low or x > check.high:
            out[i] = Family.BAD | Reason.RANGE
        elif x < check.likely_low or x > check.likely_high:
            out[i] = Family.UNCERTAIN | Reason.RANGE
    return out


def rate(column: Column, check: Rate) -> list[int]:
    out = [0] * len(column)
    rows = rows_of(column)
    for (_, s, y), (i, t, x) in itertools.pairwise(rows):
        seconds = (t - s) / NS
        if seconds > 0 and (x - y > check.rise * seconds or x - y < -check.fall * seconds):
            out[i] = int(check.family) | Reason.RATE
    return out


def _prominence(x: list[float], width: int, cut_before: set[int]) -> list[float]:
    """Over the best stretch of width + 1 values that holds a value, how far it stands out of
    the worst of them; a stretch may hang over a cut, where there is no value to compare with."""

    def upwards(y: list[float]) -> list[float]:
        pieces, piece = [], [0] if y else []
        for i in range(1, len(y)):
            if i in cut_before:
                pieces.append(piece)
                piece = []
            piece.append(i)
        pieces.append(piece)
        out = [0.0] * len(y)
        for piece in pieces:
            for at, i in enumerate(piece):
                best = -inf
                for first in range(at - width, at + 1):
                    inside = [
                        y[piece[k]] for k in range(first, first + width + 1) if 0 <= k < len(piece)
                    ]
                    best = max(best, min(inside))
                out[i] = y[i] - best
        return out

    return upwards(x), upwards([-v for v in x])  # type: ignore[return-value]


def spike(column: Column, check: Spike) -> list[int]:
    out = [0] * len(column)
    rows = rows_of(column)
    if len(rows) < 24:
        return out
    x = [r[2] for r in rows]
    t = [r[1] for r in rows]
    period = period_of([int(v) for v in column.times])
    cuts = {i + 1 for i in range(len(t) - 1) if t[i + 1] - t[i] > (check.width + 1) * period}
    ordered = sorted(x)
    low, high = ordered[int(0.01 * (len(x) - 1))], ordered[int(0.99 * (len(x) - 1))]
    least = max(check.floor, 0.05 * (high - low))
    slot = [(s - t[0] + period // 2) // period if period else 0 for s in t]
    daily = (
        check.day_pattern
        and 300 * NS <= period <= DAY // 8
        and DAY % period == 0
        and slot[-1] <= 4 * len(t) + 1000
        and slot[-1] + 1 >= 4 * (DAY // period)
    )
    for width in sorted({1, check.width}):
        sides = _prominence(x, width, cuts)
        if daily:
            sides = tuple(_beyond(p, slot, DAY // period) for p in sides)  # type: ignore[assignment]
        peaks = [max(a, b) for a, b in zip(*sides, strict=True)]  # type: ignore[misc]
        ranked = sorted(peaks)
        usual, rare = ranked[int(0.90 * (len(x) - 1))], ranked[int(0.98 * (len(x) - 1))]
        limit = max(least, usual + check.threshold * (rare - usual))
        for (i, _, _), p in zip(rows, peaks, strict=True):
            if limit > 0 and p > limit:
                out[i] = int(check.family) | Reason.SPIKE
    return _also_out_of_range(column, check, out)


def _also_out_of_range(column: Column, check: Spike, out: list[int]) -> list[int]:
    known = {i for i, _, _ in rows_of(column)}

    def odd(i: int) -> bool:
        q, x = int(column.status[i]), float(column.values[i])
        return i not in known and isfinite(x) and bool(q & Reason.RANGE)

    for i in range(len(column)):
        if not odd(i):
            continue
        first = last = i
        while first - 1 >= 0 and odd(first - 1):
            first -= 1
        while last + 1 < len(column) and odd(last + 1):
            last += 1
        if last - first + 1 <= check.width and first - 1 in known and last + 1 in known:
            out[i] = int(check.family) | Reason.SPIKE
    return out


def _beyond(peaks: list[float], slot: list[int], per_day: int) -> list[float]:
    count = slot[-1] + 1
    raster = [0.0] * count
    for place, p in zip(slot, peaks, strict=True):
        raster[place] = p
    out = []
    for place, p in zip(slot, peaks, strict=True):
        others = []
        for day in (-2, -1, 1, 2):
            at = place + day * per_day
            if at < 0:
                at += 4 * per_day
            elif at >= count:
                at -= 4 * per_day
            others.append(raster[at])
        others.sort()
        out.append(p - 0.5 * (others[1] + others[2]))
    return out


def flatline(column: Column, check: Flatline) -> list[int]:
    out = [0] * len(column)
    rows = rows_of(column)
    if len(rows) < max(2, check.count):
        return out

    def rests(x: float) -> bool:
        return any(a <= x <= b for a, b in check.resting)

    habit = inf
    if check.tolerance == 0 and check.chance > 0:
        x = [r[2] for r in rows]
        habit = _habit(x, check, rests)
        each = _drawn_out(rows, period_of([int(v) for v in column.times]))
        if habit < inf and each > 1:
            habit = (_habit(x, check, rests, each) - 1) * each + 1
        habit = max(check.count, habit)
    for a in range(len(rows)):
        low = high = rows[a][2]
        for b in range(a, len(rows)):
            x = rows[b][2]
            low, high = min(low, x), max(high, x)
            if rests(x) or high - low > check.tolerance:
                break
            count = b - a + 1
            lasts = rows[b][1] - rows[a][1] >= check.longest_ns and count >= check.count
            if count > 1 and (lasts or count >= habit):
                for i, _, _ in rows[a : b + 1]:
                    out[i] = Family.BAD | Reason.STUCK
    return out


def _drawn_out(rows: list[tuple[int, int, float]], period: int) -> int:
    steps = [b[2] - a[2] for a, b in itertools.pairwise(rows)]
    moving = [abs(s) for s in steps if s]
    if not moving or not period:
        return 1
    kinks = [
        (rows[i + 1][1] - rows[0][1]) // period
        for i in range(len(steps) - 1)
        if abs(steps[i + 1] - steps[i]) > 0.1 * median(moving)
    ]
    for each in (60, 30, 20, 15, 12, 10, 6, 5, 4, 3, 2):
        if len(kinks) >= 20 and max(Counter(k % each for k in kinks).values()) >= 0.8 * len(kinks):
            return each
    return 1


def _habit(x: list[float], check: Flatline, rests, each: int = 1) -> float:  # type: ignore[no-untyped-def]
    lengths: Counter[int] = Counter()
    run = alone = 0
    for k, v in enumerate(x):
        if rests(v):
            continue
        run += 1
        if k + 1 == len(x) or x[k + 1] != v:
            alone += run == 1
            if run > 1:
                lengths[min((run - 1) // each + 1, 1000)] += 1
            run = 0
    lengths[1] += alone // each
    k = 0
    while lengths[k + 1] >= 20:
        k += 1
    if k == 0:
        return inf
    fall = min(max(lengths[k] / lengths[k - 1], 0.1), 0.95) if k > 1 else 0.1
    return k + ceil(log(lengths[k] / (1 - fall) / check.chance) / log(1 / fall))


def stale(column: Column, limit: int) -> list[int]:
    out = [0] * len(column)
    latest: int | None = None
    known = {i for i, _, _ in rows_of(column)}
    for i, t in enumerate(column.times):
        if i in known:
            latest = int(t)
        elif latest is None or int(t) - latest > limit:
            out[i] = Family.BAD | Reason.STALE
    return out


def duplicate(column: Column, tolerance: float) -> list[int]:
    out = [0] * len(column)
    known = {i: x for i, _, x in rows_of(column)}
    groups: dict[int, list[int]] = {}
    for i, t in enumerate(column.times):
        groups.setdefault(int(t), []).append(i)
    for rows in groups.values():
        if len(rows) == 1:
            continue
        able = [i for i in rows if i in known]
        still = [i for i in rows if not int(column.status[i]) & Reason.DUPLICATE]
        winner = (able or still or rows)[-1]
        for i in rows:
            if i != winner:
                out[i] = Family.BAD | Reason.DUPLICATE
        if able and any(abs(known[i] - known[winner]) > tolerance for i in able if i != winner):
            out[winner] = Family.UNCERTAIN | Reason.DUPLICATE
    return out
