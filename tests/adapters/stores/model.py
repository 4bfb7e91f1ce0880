"""A store in a few lines: dictionaries, loops, no thought of speed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rami.core.historian import Aggregation, Written
from rami.core.quality import Family

Row = tuple[int, float, int]
Version = tuple[float, int]


class DictStore:
    """What the protocol says, for signals that are all declared."""

    def __init__(self, names: Iterable[str]) -> None:
        self.versions: dict[str, dict[int, list[Version]]] = {n: {} for n in names}

    def write(self, rows: Iterable[tuple[str, int, float, int]]) -> Written:
        newest = {n: max(v) for n, v in self.versions.items() if v}
        new = duplicates = corrections = late = 0
        for name, at, value, status in rows:
            held = self.versions[name].setdefault(at, [])
            if not held:
                new += 1
                late += at < newest.get(name, at)
            elif _same(held[-1], (value, status)):
                duplicates += 1
                continue
            else:
                corrections += 1
            held.append((value, status))
        return Written(new, duplicates, corrections, late)

    def rows(
        self, names: Sequence[str], start: int, end: int, superseded: bool
    ) -> list[tuple[str, int, float, int]]:
        return [
            (name, at, *version)
            for name in names
            for at in sorted(self.versions[name])
            if start <= at < end
            for version in self.versions[name][at][0 if superseded else -1 :]
        ]

    def last(self, name: str) -> Row | None:
        at = max(self.versions[name], default=None)
        return None if at is None else (at, *self.versions[name][at][-1])

    def erase(self, name: str, before: int) -> int:
        gone = [at for at in self.versions[name] if at < before]
        return sum(len(self.versions[name].pop(at)) for at in gone)

    def value(self, name: str, start: int, end: int, how: Aggregation) -> float:
        """One interval of one signal; NaN without rows."""
        counting = [
            (at, held[-1][0])
            for at, held in sorted(self.versions[name].items())
            if held[-1][1] & 0xC000_0000 < Family.BAD and not math.isnan(held[-1][0])
        ]
        if how is Aggregation.DIFFERENCE:
            upto_end = [(at, v) for at, v in counting if at <= end]
            upto_start = [(at, v) for at, v in upto_end if at <= start]
            if len(upto_end) == len(upto_start) or not upto_start:
                return math.nan
            return upto_end[-1][1] - upto_start[-1][1]
        inside = [v for at, v in counting if start <= at < end]
        if not inside:
            return math.nan
        return float(
            {
                Aggregation.MEAN: lambda: math.fsum(inside) / len(inside),
                Aggregation.SUM: lambda: math.fsum(inside),
                Aggregation.MIN: lambda: min(inside),
                Aggregation.MAX: lambda: max(inside),
                Aggregation.FIRST: lambda: inside[0],
                Aggregation.LAST: lambda: inside[-1],
                Aggregation.COUNT: lambda: len(inside),
            }[how]()
        )


def _same(one: Version, other: Version) -> bool:
    return one[1] == other[1] and (
        one[0] == other[0] or (math.isnan(one[0]) and math.isnan(other[0]))
    )
