"""Fill error per method: known values are taken away and filled again.

Per length 40 gaps (the same for every method) at drawn places; the error is the mean of |x - y|
over the mean of |y| in all gaps of that length (registers: of their growth per step).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from benchmarks.fault_series import ALL, Known, load
from rami.core.frame import Values
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import NS
from rami.information.quality.column import Column
from rami.information.quality.fill import Filling, Method, fill

HOURS = (1, 6, 24, 72)
GAPS = 40
_HOUR = 3600 * NS
_SHOWN = (
    "heat load, aggregate",
    "heat load, one house",
    "air temperature, Aalborg",
    "day-ahead price",
    "grid CO2",
    "energy register",
)
_METHODS: tuple[Method, ...] = ("hold", "linear", "similar_days")
_BAD = np.uint32(quality(Family.BAD, Reason.MISSING))


@dataclass(frozen=True)
class FillError:
    """nMAE of a method (a share), one per length of HOURS."""

    series: str
    method: str
    nmae: tuple[float, ...]


def fill_errors(labels: Iterable[str] = _SHOWN) -> Iterator[FillError]:
    """Series and all methods; the model only where there is one."""
    for known in ALL:
        if known.label not in labels:
            continue
        column = load(known)
        for method in _METHODS:
            yield _error(known, column, method)
        if known.label == "heat load, aggregate":
            yield _error(known, column, "model")


def _error(known: Known, column: Column, method: Method) -> FillError:
    errors = []
    for hours in HOURS:
        rows = round(hours * _HOUR / column.period_ns)
        rng = np.random.default_rng([hours, crc32(known.label.encode())])
        starts = rng.integers(1, len(column) - rows - 1, GAPS)
        above = below = 0.0
        for start in starts:
            gap = slice(int(start), int(start) + rows)
            values, status = column.values.copy(), column.status.copy()
            values[gap], status[gap] = np.nan, _BAD
            holed = Column.of(column.times, values, status)
            model = _degree_hours(holed) if method == "model" else None
            filling = Filling(method, 73 * _HOUR, offset_ns=_HOUR, cumulative=known.cumulative)
            done = fill(holed, filling, model).values
            if known.cumulative:
                ends = slice(gap.start - 1, gap.stop + 1)
                mine, true = np.diff(done[ends]), np.diff(column.values[ends])
            else:
                mine, true = done[gap], column.values[gap]
            above += float(np.abs(mine - true).sum())
            below += float(np.abs(true).sum())
        errors.append(above / below)
    return FillError(known.label, method, tuple(errors))


def _degree_hours(holed: Column) -> Values:
    """A plain model of the load: per hour of day a line in the air's degrees below 17 degC, the
    mean of a day, fitted to what is known."""
    air = load(next(k for k in ALL if k.label == "air temperature, Aalborg")).values
    cold = np.maximum(17.0 - np.convolve(air, np.ones(24) / 24, "same"), 0.0)
    hour = holed.times // _HOUR % 24
    out = np.full(len(air), np.nan)
    for h in range(24):
        at, fit = hour == h, (hour == h) & holed.known
        design = np.stack([np.ones(int(fit.sum())), cold[fit]], axis=1)
        a, b = np.linalg.lstsq(design, holed.values[fit], rcond=None)[0]
        out[at] = a + b * cold[at]
    return out
