"""What differs between a run with swaps and one without, as rows of markdown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rami.asset.live import Vector
from tests.services.runtime.swaps import FLOWS, Course, allowed


def table(one: Course, other: Course, control_s: float = 10.0) -> Iterator[str]:
    """`one` was swapped, `other` was not: rows of markdown."""
    difference = np.abs(one.flows - other.flows)[one.swaps[0].step // 6 :]
    yield f"{len(one.swaps)} swaps, {len(one.refused)} requests refused"
    yield "| flow | mean difference, K | 99 % within, K | most, K |"
    yield "|---|---|---|---|"
    for place, name in enumerate(FLOWS):
        column = difference[:, place]
        p99 = np.percentile(column, 99)
        yield f"| {name} | {column.mean():.3f} | {p99:.3f} | {column.max():.3f} |"
    rate = allowed(one.names, control_s)
    for to in ("model", "plant"):
        share = np.nanmax([np.abs(s.jump) / rate for s in one.swaps if s.to == to])
        yield f"largest share of a rate-limited step at a swap to the {to}: {share:.4f}"
    steps = np.abs(np.diff(one.own, axis=0)) / rate
    yield f"largest share of it in any control step of the plant: {steps.max():.4f}"
    yield "| stay, min | stays | circuit, K | networks, K | 15 min after it, K |"
    yield "|---|---|---|---|---|"
    for minutes in sorted({s.minutes for s in one.swaps}):
        there, after = _around(one, difference, minutes)
        yield (
            f"| {minutes} | {len(there)} | {there[:, 0].max():.2f} | {there[:, 1:5].max():.2f} "
            f"| {after[:, :5].max():.2f} |"
        )


def _around(one: Course, difference: Vector, minutes: int) -> tuple[Vector, Vector]:
    """Greatest differences by flow in each stay of that length, and in the 15 min after it."""
    first = one.swaps[0].step // 6
    there, after = [], []
    for to, back in zip(one.swaps[::2], one.swaps[1::2], strict=True):
        if to.minutes == minutes:
            begin, end = to.step // 6 - first, back.step // 6 - first
            there.append(difference[begin:end].max(axis=0))
            after.append(difference[end : end + 15].max(axis=0))
    return np.array(there), np.array(after)
