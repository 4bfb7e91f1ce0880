"""Highest powers that are kept while a load is followed, step by step."""

from __future__ import annotations

from collections.abc import Mapping

from rami.core.frame import Values
from rami.functional.district.capacity import Metered, highest


class Ceilings:
    """For each carrier the highest so far or that of the schedule, whatever is more; within a
    metering period what one step leaves free the next may use."""

    def __init__(
        self, carriers: tuple[Metered, ...], planned: Mapping[str, Values],
        so_far: Mapping[str, float], steps: int,
    ) -> None:  # fmt: skip
        peaks = highest(carriers, planned, steps)
        self._carriers = [c for c in carriers if c.name in so_far]
        self._kept = {c.name: max(so_far[c.name], peaks[c.name]) for c in self._carriers}
        self._used = dict.fromkeys(self._kept, 0.0)
        self._place = 0

    def room(self, name: str, now: Mapping[str, float]) -> float:
        """The heat (kW) up to which a unit may go, with all others as they are `now`."""
        room = float("inf")
        for c in self._carriers:
            share = c.share.get(name, 0.0)
            if share > 0:
                others = sum(s * now[n] for n, s in c.share.items() if n != name)
                free = self._kept[c.name] * (self._place % c.window + 1) - self._used[c.name]
                room = min(room, max((free - others) / share, now[name]))
        return room

    def lived(self, step: int, now: Mapping[str, float]) -> None:
        """Take in a step that is over."""
        self._place = step + 1
        for c in self._carriers:
            drawn = max(sum(s * now[n] for n, s in c.share.items()), 0.0)
            over = self._place % c.window == 0
            self._used[c.name] = 0.0 if over else self._used[c.name] + drawn
