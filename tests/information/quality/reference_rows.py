"""Absent rows, filling, resampling again, value by value or second by second in plain Python."""

from __future__ import annotations

import itertools
from math import floor, nan

from rami.core.timegrid import NS
from rami.information.quality.column import Column
from tests.information.quality.reference import DAY, period_of, rows_of


def completed(times: list[int], period: int, start: int | None, end: int | None) -> list[int]:
    """The instants that are absent (half a period of slack)."""
    out = []
    for a, b in itertools.pairwise(times):
        if b - a > 1.5 * period:
            count = max(floor((b - a) / period + 0.5) - 1, 1)
            out += [a + (k + 1) * period for k in range(count)]
    if start is not None:
        out += [times[0] - k * period for k in range(1, (times[0] - start) // period + 1)]
    if end is not None:
        at = times[-1] + period
        while at < end:
            out.append(at)
            at += period
    return sorted(out)


def gaps(column: Column) -> list[tuple[int, int]]:
    """First and last place of each run of rows that are not known."""
    known = {i for i, _, _ in rows_of(column)}
    found: list[tuple[int, int]] = []
    for i in range(len(column)):
        if i not in known:
            if found and found[-1][1] == i - 1:
                found[-1] = (found[-1][0], i)
            else:
                found.append((i, i))
    return found


def filled(column: Column, method: str, limit: int) -> list[float]:
    """hold and linear."""
    x = [float(v) for v in column.values]
    t = [int(v) for v in column.times]
    period = period_of(t)
    known = {i for i, _, _ in rows_of(column)}
    if not known:
        return x
    for first, last in gaps(column):
        before, after = first - 1, last + 1
        start = t[before] + period if before >= 0 else t[first]
        end = t[after] if after < len(x) else t[last] + period
        if end - start > limit:
            continue
        for i in range(first, last + 1):
            if method == "hold" and before >= 0:
                x[i] = x[before]
            elif method == "linear" and before >= 0 and after < len(x):
                share = (t[i] - t[before]) / (t[after] - t[before])
                x[i] = x[before] + share * (x[after] - x[before])
    return x


def similar(column: Column, row: int, days: int) -> float:
    """Mean of the same time on similar days, weighted by nearness; hourly rows."""
    known = {i: x for i, _, x in rows_of(column)}

    def kind(i: int) -> str:
        weekday = (int(column.times[i]) // DAY + 3) % 7
        return {5: "saturday", 6: "sunday"}.get(weekday, "workday")

    above = below = 0.0
    for k in range(1, days + 1):
        for other in (row - 24 * k, row + 24 * k):
            if other in known and kind(other) == kind(row):
                above += known[other] / k
                below += 1 / k
    return above / below if below else nan


def resampled(
    column: Column, start_s: int, step_s: int, count: int, how: str, coverage: float
) -> list[float]:
    """mean, linear, sum, growth, min, max, last by walking through the seconds (whole-second
    rows, one per instant)."""
    t = [int(v) // NS for v in column.times]
    x = [float(v) for v in column.values]
    known = {i for i, _, _ in rows_of(column)}
    period = period_of(t)
    out = []
    for k in range(count):
        amount, covered, seen = 0.0, 0, []
        for second in range(start_s + k * step_s, start_s + (k + 1) * step_s):
            row = max((i for i in range(len(t)) if t[i] <= second), default=None)
            if row is None or row not in known:
                continue
            last = row + 1 == len(t)
            span = period if last else t[row + 1] - t[row]
            longest = int(period * NS * 3 // 2) / NS
            if second - t[row] >= min(span, longest):
                continue
            straight = not last and span <= longest and row + 1 in known
            if how == "growth" and not straight:
                continue
            within = min(1.0, t[row] + min(span, longest) - second)
            covered += within
            seen.append(x[row])
            slope = (x[row + 1] - x[row]) / span if straight else 0.0
            if how == "linear":
                amount += (x[row] + slope * (second + within / 2 - t[row])) * within
            elif how == "growth":
                amount += slope * within
            elif how == "sum":
                amount += x[row] / min(span, longest) * within
            else:
                amount += x[row] * within
        if covered == 0 or covered < coverage * step_s:
            out.append(nan)
        elif how in ("sum", "growth"):
            out.append(amount * step_s / covered)
        elif how in ("min", "max", "last"):
            out.append({"min": min(seen), "max": max(seen), "last": seen[-1]}[how])
        else:
            out.append(amount / covered)
    return out
