"""Where the values of a laid-over series came from, in figures and in words."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from rami.core.frame import NO_ISSUE, Frame
from rami.core.quality import Reason
from rami.core.timegrid import NS, TimeGrid, iso

Mask = NDArray[np.bool_]
#: spans told one by one; the rest is counted
TOLD = 3


@dataclass(frozen=True)
class Origin:
    """Shares (0 to 1) of a column's intervals by origin; `oldest_s` is the highest age of what
    came from outside when its interval began (NaN: nobody said), `said` the provenance."""

    series: str
    unit: str
    external: float
    held: float
    own: float
    oldest_s: float
    said: str

    def plain(self) -> dict[str, float | str | None]:
        """For results.json; units in the key names."""
        return {
            "unit": self.unit,
            "external_share": self.external,
            "held_share": self.held,
            "own_share": self.own,
            "oldest_s": None if np.isnan(self.oldest_s) else self.oldest_s,
            "source": self.said,
        }


def masks(frame: Frame, name: str) -> tuple[Mask, Mask]:
    """Intervals in which a laid-over series' own value stands in, and its last value is held."""
    grade, values = frame.quality[:, frame.place(name)], frame[name]
    replaced = (grade & np.uint32(Reason.STALE | Reason.MISSING)) != 0
    own = ~np.isfinite(values) | (replaced & ((grade & np.uint32(Reason.ESTIMATED)) != 0))
    return np.asarray(own), np.asarray(replaced & ~own)


def origin(frame: Frame, name: str) -> Origin:
    """Where a column came from that further sources were laid over; see `Laid`."""
    own, held = masks(frame, name)
    count = max(frame.grid.count, 1)
    issued = frame.issues()[:, frame.place(name)]
    told = (issued != NO_ISSUE) & ~own
    ages = (frame.grid.times()[told] - issued[told]) / NS
    return Origin(
        name,
        frame.units[frame.place(name)],
        float((~own & ~held).sum()) / count,
        float(held.sum()) / count,
        float(own.sum()) / count,
        max(float(ages.max()), 0.0) if ages.size else float("nan"),
        frame.sources.get(name, ""),
    )


def percent(part: int, count: int) -> str:
    """`96 %`; never 100 % of less than all, never 0 % of some."""
    share = 100 * part / max(count, 1)
    digits = 0
    if 0 < part < count:
        digits = max(0, -floor(log10(min(share, 100 - share))))
    return f"{share:.{digits}f} %"


def spans(where: Mask, grid: TimeGrid) -> str:
    """`from 2019-01-14T05:00:00Z to 2019-01-14T06:00:00Z`, the first few of them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(np.int8), [0]])))
    pairs = edges.reshape(-1, 2)
    if not len(pairs):
        return ""
    if len(pairs) == 1 and bool(where.all()):
        return "throughout"
    told = [
        f"from {iso(grid.start_ns + int(a) * grid.step_ns)} "
        f"to {iso(grid.start_ns + int(b) * grid.step_ns)}"
        for a, b in pairs[:TOLD]
    ]
    more = len(pairs) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def span_said(seconds: float) -> str:
    """A length of time in the largest unit that gives a whole number: `1 h`."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
