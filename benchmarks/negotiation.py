"""Convergence of a negotiation at 3, 30, 300, 1,000 groups: rounds, wall time, gap.

One winter day of the demo district, all else in proportion to the groups. The gap is to the
Lagrangian dual at the last prices, which is a lower bound of every plan; its time is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from benchmarks.row import Row, below
from rami.asset.district.scaling import scaled
from services.negotiation.loading import demo, load_district
from services.negotiation.week import LivedDistrict

SIZES = (3, 30, 300, 1000)


@dataclass(frozen=True)
class Talks:
    """One day's talks: groups, rounds, seconds, gap to the bound (%), residual of the balance by
    round (share of the load)."""

    groups: int
    rounds: int
    seconds: float
    gap: float
    residuals: tuple[float, ...]


def talks(size: int) -> Talks:
    """Lives a day to warm up, then talks twice about the next: timed, and settled."""
    declared = load_district(demo()).model_copy(update={"days": 1})
    types = dict(list(declared.buildings.items())[: max(size, 1)])
    lived = LivedDistrict(scaled(declared.model_copy(update={"buildings": types}), size))
    first, day = lived.days
    lived.begin(first)
    lived.production.schedule(
        None, sum((s.sent for s in lived.stations), np.zeros(first.grid.count))
    )
    lived._realised(first, lived.network.temperature, None)
    lived.production.bill_peaks()
    lived.begin(day)
    lived.pass_on(day)
    begun = perf_counter()
    found = lived.table.rounds(day, lived.network.flowed.plant.copy())
    taken = perf_counter() - begun
    lived.begin(day)
    lived.pass_on(day)
    talk = lived.table.talk(day, jointly=False)
    residuals = tuple(error for error, _ in found.history)
    return Talks(lived.stock.count, found.rounds, taken, 100 * (talk.gap or 0.0), residuals)


def rows(quick: bool = False) -> Iterator[Row]:
    """Rounds, seconds and gap by number of groups (goal of the gap 3 %)."""
    for size in SIZES[: 2 if quick else None]:
        found = talks(size)
        name = f"negotiation of {found.groups} groups"
        yield Row(f"{name}: rounds", found.rounds, "1")
        yield Row(f"{name}: wall time", found.seconds, "s")
        yield below(f"{name}: gap to the bound", found.gap, "%", 3.0)
