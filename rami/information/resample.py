"""From a source's raster to the grid asked for."""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values
from rami.core.quality import Qualities, worst
from rami.core.timegrid import TimeGrid


def resample(
    values: Values, quality: Qualities, raster: TimeGrid, grid: TimeGrid, *, smooth: bool = False
) -> tuple[Values, Qualities]:
    """A column (raster.count,) on `grid`, which must lie within the raster.

    A value belongs to its whole interval: a coarser grid gets the mean over time, a finer one
    the value held (energy and money stay what they are). `smooth` (temperatures) interpolates
    between interval starts instead where the grid is finer. Quality: the worst of all
    intervals that contribute. Raises ValueError outside the raster.
    """
    if grid.start_ns < raster.start_ns or grid.end_ns > raster.end_ns:
        raise ValueError("the grid asked for is not covered")
    starts = grid.times() - raster.start_ns
    first = starts // raster.step_ns
    last = (starts + grid.step_ns - 1) // raster.step_ns
    grade = quality[first]
    for further in range(1, int((last - first).max(initial=0)) + 1):
        grade = worst(grade, quality[np.minimum(first + further, last)])
    if smooth and grid.step_ns < raster.step_ns:
        own = raster.times() - raster.start_ns
        after = np.minimum(first + (starts % raster.step_ns > 0), raster.count - 1)
        return np.interp(starts, own, values), worst(grade, quality[after])
    if bool(np.all(first == last)):
        return values[first], grade
    if grid.step_ns % raster.step_ns == 0 and not np.any(starts % raster.step_ns):
        per = grid.step_ns // raster.step_ns
        begin = int(first[0])
        block = values[begin : begin + per * grid.count]
        return block.reshape(grid.count, per).mean(axis=1), grade
    return _integrated(values, raster, starts, grid.step_ns), grade


def _integrated(
    values: Values, raster: TimeGrid, starts: np.ndarray[tuple[int], np.dtype[np.int64]], step: int
) -> Values:
    edges = raster.step_ns * np.arange(raster.count + 1, dtype=np.int64)
    integral = np.concatenate([[0.0], np.cumsum(values)]) * raster.step_ns
    at = np.interp(np.append(starts, starts[-1] + step), edges, integral)
    return np.asarray(np.diff(at) / step)
