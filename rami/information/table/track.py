"""One series as its rows give it, brought to a grid."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rami.core.frame import Values
from rami.core.quality import Family, Qualities, Reason, good, quality, worst
from rami.core.timegrid import NS, TimeGrid, iso
from rami.information.gaps import Gap, fill_gaps
from rami.information.resample import resample
from rami.information.table.faults import Faults
from rami.information.table.raster import Raster
from rami.information.table.settings import Gaps

FILLED = quality(Family.UNCERTAIN, Reason.FILLED)

#: quantity of a cumulative register -> quantity and divisor (s) of its rate
RATES = {
    "energy": ("power", 3600.0),
    "volume": ("volume_flow", 3600.0),
    "mass": ("mass_flow", 1.0),
}


@dataclass(frozen=True)
class Track:
    """Values of the rows in canonical units (NaN: missing) with quality, on their raster."""

    name: str
    quantity: str
    raster: Raster
    values: Values
    quality: Qualities

    def spread(self) -> tuple[Values, Qualities]:
        """On the whole raster."""
        grade = good(self.raster.grid.count)
        grade[self.raster.places] = self.quality
        return self.raster.spread(self.values), grade


def rate(track: Track, at_end: bool) -> Track:
    """Differences of a cumulative register over time: kWh to kW, m3 to m3/h, kg to kg/s.

    A reading belongs to its stamp's instant; the value of an interval is the difference of the
    readings at its ends. Over missing readings the mean rate is exact in sum, and marked
    FILLED. Where a register falls (reset, exchange of the meter) the value is missing.
    """
    what, seconds = RATES[track.quantity]
    held = np.flatnonzero(np.isfinite(track.values))
    raster = track.raster
    count = raster.grid.count
    values = np.full(count, np.nan)
    grade = good(count)
    if len(held) > 1:
        at = raster.places[held]
        steps = np.diff(at)
        slope = np.diff(track.values[held]) / steps * (seconds / raster.grid.step_s)
        slope[slope < 0] = np.nan
        first, last = int(at[0]), int(at[-1])
        shift = 1 if at_end else 0
        values[first + shift : last + shift] = np.repeat(slope, steps)
        of_rows = worst(track.quality[held][:-1], track.quality[held][1:])
        marks = np.where(steps > 1, worst(of_rows, np.full_like(of_rows, FILLED)), of_rows)
        grade[first + shift : last + shift] = np.repeat(marks, steps)
    every = np.arange(count, dtype=np.int64)
    near = np.minimum(np.searchsorted(raster.places, every), len(raster.lines) - 1)
    filled = replace(raster, places=every, lines=raster.lines[near])
    return Track(track.name, what, filled, values, grade)


def on_grid(
    track: Track, allowed: Gaps | None, grid: TimeGrid, faults: Faults
) -> tuple[Values, Qualities] | None:
    """Short gaps filled, then on `grid`; None with faults where a gap stays inside it."""
    have = track.raster.grid
    step = have.step_ns
    longest = round(allowed.longest * NS) // step if allowed else 0
    spread, grade = track.spread()
    values, mask, gaps = fill_gaps(spread, longest, allowed.fill if allowed else "hold")
    grade[mask] = FILLED
    first = (grid.start_ns - have.start_ns) // step
    last = (grid.end_ns - have.start_ns - 1) // step
    inside = [g for g in gaps if g.first <= last and g.first + g.count > first]
    for gap in inside:
        _fault(track, gap, allowed, faults)
    if inside or faults:
        return None
    return resample(values, grade, have, grid, smooth=track.quantity == "temperature")


def check_covers(have: TimeGrid, grid: TimeGrid, faults: Faults) -> None:
    """A fault when `grid` reaches beyond what the file covers."""
    if grid.start_ns < have.start_ns or grid.end_ns > have.end_ns:
        faults.add(
            "period",
            None,
            f"covers {iso(have.start_ns)} to {iso(have.end_ns)}, "
            f"wanted {iso(grid.start_ns)} to {iso(grid.end_ns)}",
            "give a file of that period, or choose a period that the file covers",
        )


def _fault(track: Track, gap: Gap, allowed: Gaps | None, faults: Faults) -> None:
    raster = track.raster
    step = raster.grid.step_ns
    begin = raster.grid.start_ns + gap.first * step
    row = int(np.searchsorted(raster.places, gap.first))
    limit = f"filled are at most {allowed.longest / 3600:g} h" if allowed else "no gap is filled"
    faults.add(
        f"{track.name}: gaps",
        int(raster.lines[min(row, len(raster.lines) - 1)]),
        f"{track.name}: {gap.count} values missing from {iso(begin)} to "
        f"{iso(begin + gap.count * step)}; {limit}",
        "complete the file, or declare e.g. gaps: {longest: 2 h, fill: linear}",
    )
