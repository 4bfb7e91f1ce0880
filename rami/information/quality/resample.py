"""From a signal's rows to a time grid, with the aggregation its quantity wants."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from rami.core.frame import Values
from rami.core.quality import Family, Qualities, Reason, quality, reasons
from rami.core.signal import Times
from rami.core.timegrid import TimeGrid
from rami.information.quality.aligned import aligned
from rami.information.quality.column import MISSING, Column, Mask
from rami.information.quality.pieces import Pieces, lasting
from rami.information.quality.register import Register
from rami.information.quality.stamps import single


class Combining(StrEnum):
    """How the rows of an interval become one value.

    MEAN: over time, values held until the next row (power, flow, price, share).
    LINEAR: over time, straight lines between rows (temperature).
    INSTANT: the straight line at the interval's start (temperature on a finer grid).
    SUM: energies of the rows' intervals, shared out by time.
    GROWTH: a register's growth over the interval, resets allowed for.
    WEIGHTED: mean over time weighted by another column (temperature by flow).
    LAST, MIN, MAX: of the values held in the interval (states).
    """

    MEAN = "mean"
    LINEAR = "linear"
    INSTANT = "instant"
    SUM = "sum"
    GROWTH = "growth"
    WEIGHTED = "weighted"
    LAST = "last"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True)
class Resampling:
    """`coverage`: the least share of an interval's time that must be known (0..1).

    `hold_ns`: how long a row's value lasts at most (0: 1.5 usual steps), also the longest step
    that a straight line crosses. `register`: what GROWTH takes for a reset.
    """

    how: Combining = Combining.MEAN
    coverage: float = 0.75
    hold_ns: int = 0
    register: Register | None = None


_STRAIGHT = (Combining.LINEAR, Combining.INSTANT, Combining.GROWTH)
_FAMILY = np.uint32(0xC000_0000)


def resample(
    column: Column, grid: TimeGrid, resampling: Resampling, weights: Column | None = None
) -> tuple[Values, Qualities]:
    """Values and status on a grid, each of shape (grid.count,).

    An interval of which less than `coverage` is known (or nothing) is NaN, bad and MISSING; one
    known in part is uncertain: means are those of the known time, sums and growths are scaled up
    to the whole interval (ESTIMATED). The worst family of the known rows and all reasons are
    carried over. Where weights (known, >= 0) are zero throughout, WEIGHTED is the plain mean,
    marked NO_DEMAND. ValueError when WEIGHTED is wanted without weights.
    """
    how = resampling.how
    if how is Combining.WEIGHTED and weights is None:
        raise ValueError("a weighted mean wants the series of weights; got none")
    column = single(column)
    if how is Combining.GROWTH:
        readings = (resampling.register or Register()).continuous(column)
        column = Column.of(column.times, readings, column.status)
    if not len(column) or not grid.count:
        none = np.full(grid.count, np.nan)
        return none, np.full(grid.count, MISSING, np.uint32)
    quick = aligned(column, grid, how.value)
    if quick is not None:
        values, known_ns, family, why = quick
        return _graded(values, known_ns, family, why, grid, resampling)
    lasts = lasting(column, resampling.hold_ns)
    cuts = weights.times if how is Combining.WEIGHTED and weights is not None else None
    pieces = Pieces.of(column, grid, lasts, cuts)
    known = pieces.known(column)
    if how is Combining.INSTANT:
        known = known[pieces.first]
        pieces = Pieces(
            pieces.begin[pieces.first],
            np.full(grid.count, grid.step_ns),
            pieces.row[pieces.first],
            np.arange(grid.count),
        )
    slope, straight = _slopes(column, lasts) if how in _STRAIGHT else (column.values, known)
    if how is Combining.GROWTH:
        known = known & straight[pieces.row]
    status = pieces.status(column)
    family = np.maximum.reduceat(np.where(known, status & _FAMILY, 0), pieces.first)
    why = np.asarray(np.bitwise_or.reduceat(reasons(status), pieces.first), np.uint32)
    values, extra = _combined(column, pieces, known, how, lasts, slope, weights)
    known_ns = pieces.total(np.where(known, pieces.length, 0))
    return _graded(values, known_ns, family, why | extra, grid, resampling)


def _graded(
    values: Values,
    known_ns: Values,
    family: Qualities,
    why: Qualities,
    grid: TimeGrid,
    resampling: Resampling,
) -> tuple[Values, Qualities]:
    part = known_ns < grid.step_ns
    if resampling.how in (Combining.SUM, Combining.GROWTH) and part.any():
        values = values * (grid.step_ns / np.maximum(known_ns, 1.0))
        why = why | np.where(part, np.uint32(Reason.ESTIMATED), np.uint32(0))
    status = np.where(part, np.maximum(family, np.uint32(Family.UNCERTAIN)), family) | why
    lost = (known_ns < resampling.coverage * grid.step_ns) | ~np.isfinite(values) | (known_ns == 0)
    if lost.any():
        why = why & ~np.uint32(Reason.ESTIMATED)
        status = np.where(lost, why | np.uint32(quality(Family.BAD, Reason.MISSING)), status)
        values = np.where(lost, np.nan, values)
    return np.asarray(values, np.float64), np.asarray(status, np.uint32)


def _slopes(column: Column, lasts: Times) -> tuple[Values, Mask]:
    """Change per ns to the next row, and where there is a known one close enough (else 0)."""
    x, known = column.values, column.known
    span = np.diff(column.times)
    usable = known[1:] & known[:-1] & (span > 0) & (span == lasts[:-1])
    rise = np.where(usable, np.diff(np.where(known, x, 0.0)), 0.0) / np.where(usable, span, 1)
    return np.append(rise, 0.0), np.append(usable, False)


def _combined(
    column: Column,
    pieces: Pieces,
    known: Mask,
    how: Combining,
    lasts: Times,
    slope: Values,
    weights: Column | None,
) -> tuple[Values, Qualities]:
    """Values of the known time of each interval, and a reason that they carry."""
    nothing = np.zeros(len(pieces.first), np.uint32)
    row = np.where(known, pieces.row, 0)
    length = np.where(known, pieces.length, 0)
    held = np.where(known, column.values[row], 0.0)
    covered = np.maximum(pieces.total(length), 1.0)
    if how in _STRAIGHT:
        change = np.where(known, slope[row], 0.0)
        if how is Combining.GROWTH:
            return pieces.total(change * length), nothing
        since = pieces.begin - column.times[row]
        middle = since if how is Combining.INSTANT else since + 0.5 * pieces.length
        return pieces.total((held + change * middle) * length) / covered, nothing
    if how is Combining.MEAN:
        return pieces.total(held * length) / covered, nothing
    if how is Combining.SUM:
        own = np.maximum(lasts, 1)[row]
        return pieces.total(held * (length / own)), nothing
    if how is Combining.WEIGHTED and weights is not None:
        return _weighted(pieces, held, length, covered, weights)
    if how is Combining.MIN:
        return np.minimum.reduceat(np.where(known, held, np.inf), pieces.first), nothing
    if how is Combining.MAX:
        return np.maximum.reduceat(np.where(known, held, -np.inf), pieces.first), nothing
    latest = np.maximum.reduceat(np.where(known, np.arange(len(held)), -1), pieces.first)
    return np.where(latest >= 0, held[latest], np.nan), nothing


def _weighted(
    pieces: Pieces, held: Values, length: Times, covered: Values, weights: Column
) -> tuple[Values, Qualities]:
    place = np.searchsorted(weights.times, pieces.begin, "right") - 1
    there = place >= 0
    there[there] &= weights.known[place[there]]
    weight = np.where(there, weights.values[np.where(there, place, 0)], 0.0)
    amount = pieces.total(np.maximum(weight, 0.0) * length)
    flows = amount > 0.0
    mean = pieces.total(held * length) / covered
    by_weight = pieces.total(held * np.maximum(weight, 0.0) * length)
    values = np.where(flows, by_weight / np.where(flows, amount, 1.0), mean)
    return values, np.where(flows, np.uint32(0), np.uint32(Reason.NO_DEMAND))
