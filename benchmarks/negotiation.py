"""Convergence of a negotiation at 3, 30, 300, 1,000 groups: rounds, wall time, gap.

One winter day of the demo district, all else in proportion to the groups. The gap is to the
Lagrangian dual at the last prices, which is a lower bound of every plan; its time is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from benchmarks.row import Row, below
from services.negotiation.loading import demo, load_district
from rami.asset.district.scaling import scaled
from services.negotiation.week import LivedDistrict

#: groups; the demo has four types, at least one group of each
_SIZES = (4, 30, 300, 1000)


def rows(quick: bool = False) -> Iterator[Row]:
    """Rounds, seconds and gap by number of groups (goal of the gap 3 %)."""
    declared = load_district(demo()).model_copy(update={"days": 1})
    for size in _SIZES[: 2 if quick else None]:
        lived = LivedDistrict(scaled(declared, size))
        for day in lived.days[:1]:
            lived.begin(day)
            lived.production.schedule(None, sum(s.sent for s in lived.stations))
            lived._realised(day, lived.network.temperature, None)
        day = lived.days[1]
        lived.begin(day)
        lived.pass_on(day)
        load = lived.network.flowed.plant.copy()
        begun = perf_counter()
        found = lived.table.rounds(day, load)
        taken = perf_counter() - begun
        lived.begin(day)
        lived.pass_on(day)
        talk = lived.table.talk(day, jointly=False)
        groups = lived.stock.count
        yield Row(f"negotiation of {groups} groups: rounds", found.rounds, "1")
        yield Row(f"negotiation of {groups} groups: wall time", taken, "s")
        gap = 100 * (talk.gap or 0.0)
        yield below(f"negotiation of {groups} groups: gap to the bound", gap, "%", 3.0)
