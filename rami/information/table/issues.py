"""Rows with an issue time: the latest that was known at an instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.core.frame import NO_ISSUE, Issues, Values
from rami.core.quality import Family, Qualities, Reason, good, quality
from rami.core.timegrid import TimeGrid
from rami.information.gaps import fill_gaps
from rami.information.resample import resample
from rami.information.table.raster import Stamps

MISSING = quality(Family.BAD, Reason.MISSING)
FOR_EVER = int(np.iinfo(np.int64).max)
_FINEST = 2_000_000


@dataclass(frozen=True)
class IssuedRows:
    """One series: when each value was issued, from when it holds, and the value.

    `lines` are the rows' lines in the file.
    """

    issued: Stamps
    valid: Stamps
    values: Values
    lines: Stamps

    def latest(self, at_ns: int = FOR_EVER) -> IssuedRows:
        """Of each valid time the row issued last and not after `at_ns`, by valid time."""
        order = np.lexsort((self.issued, self.valid))
        order = order[(self.issued[order] <= at_ns) & np.isfinite(self.values[order])]
        valid = self.valid[order]
        keep = order[np.append(valid[1:] != valid[:-1], True)] if len(order) else order
        return IssuedRows(self.issued[keep], self.valid[keep], self.values[keep], self.lines[keep])

    def known(
        self, grid: TimeGrid, at_ns: int, longest_ns: int, smooth: bool
    ) -> tuple[Values, Qualities, Issues]:
        """On `grid` as of `at_ns`: values, quality, issue times, each of shape (count,).

        Between valid times at most `longest_ns` apart (or as far as they usually are) values
        are held, or interpolated where `smooth`; elsewhere NaN, Bad, MISSING.
        """
        rows = self.latest(at_ns)
        if not len(rows.valid):
            nothing = np.full(grid.count, np.nan)
            return nothing, good(grid.count) | np.uint32(MISSING), np.full(grid.count, NO_ISSUE)
        own, raster, places = _raster(rows.valid, grid)
        spread = np.full(raster.count, np.nan)
        spread[places] = rows.values
        longest = max(longest_ns, own) // raster.step_ns - 1
        values, _, _ = fill_gaps(spread, longest, "linear" if smooth else "hold")
        # the last value holds for its own interval, as do those before a hole
        values = _held(values, max(own // raster.step_ns - 1, 0))
        fine, grade = resample(values, good(raster.count), raster, grid, smooth=smooth)
        if smooth:  # behind the last value there is none to draw a line to
            held, _ = resample(values, good(raster.count), raster, grid)
            fine = np.where(np.isfinite(fine), fine, held)
        known = np.isfinite(fine)
        grade[~known] = MISSING
        row = np.searchsorted(rows.valid, grid.times(), side="right") - 1
        issued = np.where(known, rows.issued[np.maximum(row, 0)], NO_ISSUE)
        return fine, grade, issued


def _raster(valid: Stamps, grid: TimeGrid) -> tuple[int, TimeGrid, Stamps]:
    """The usual distance of valid times, a raster that holds them and `grid`, their places."""
    distances, often = np.unique(np.diff(valid), return_counts=True)
    own = int(distances[np.argmax(often)]) if len(distances) else grid.step_ns
    step = int(np.gcd.reduce(np.append(distances, own)))
    first = valid[0] - max(-(-(int(valid[0]) - grid.start_ns) // step), 0) * step
    last = max(int(valid[-1]) + own, grid.end_ns)
    count = -(-(last - int(first)) // step)
    if count > _FINEST:
        raise ValueError(f"valid times stand on no raster coarser than {step} ns")
    return own, TimeGrid(int(first), step, count), (valid - first) // step


def _held(values: Values, further: int) -> Values:
    """Every value held for at most `further` missing places behind it."""
    if not further:
        return values
    at = np.arange(len(values))
    last = np.maximum.accumulate(np.where(np.isfinite(values), at, -1))
    near = (last >= 0) & (at - last <= further)
    return np.where(near, values[np.maximum(last, 0)], np.nan)
