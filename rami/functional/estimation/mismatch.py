"""The gate: whether a model at its estimated state may stand for the plant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.core.points import Point
from rami.functional.estimation.noise import Bounds
from rami.functional.estimation.window import Window
from rami.integration.tolerance import written_at

Vector = NDArray[np.float64]

#: share of steps whose innovation may be too high before the filter is not believed
_SHARE_TOO_HIGH = 0.05
#: standard deviation of a state, in units of its fidelity, above which it is not known: a chain of
#: layers that follows from the model alone comes to little more than 1
WORST_KNOWN = 2.0
#: part of the window that must have been seen, and in which a point must have been measured
_SEEN, _MEASURED = 0.9, 0.5


@dataclass(frozen=True)
class Mismatch:
    """Verdict over a window; `reasons` in words, empty when the model may take over. `drift` says
    where the model leaves the plant when nothing is measured any more.

    Root mean squares by compared point, canonical units, NaN where too little was measured:
    `at_estimate` of plant less model's output at the estimate, `alone` of plant less the model
    left alone for up to a window. `declared` is what was allowed. `too_high` is the share of
    steps whose innovation was too large; `uncertain` the states known worse than declared.
    """

    seconds: float
    at_estimate: Vector
    alone: Vector
    declared: Vector
    too_high: float
    uncertain: tuple[str, ...]
    reasons: tuple[str, ...]
    drift: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the model may take over."""
        return not self.reasons


@dataclass(frozen=True)
class Known:
    """How well states are known: all in units of their quantity."""

    points: tuple[Point, ...]
    std: Vector
    declared: Vector
    unobserved: frozenset[str]


def judge(
    twin: str, points: tuple[Point, ...], fidelity: Bounds, window: Window, known: Known
) -> Mismatch:
    """The verdict over what the window holds; `points` are those compared."""
    n = len(points)
    nothing = np.full(n, np.nan)
    lengths = window.lengths
    level = _mean(np.abs(window.column("measured")), lengths) if len(window) else nothing
    declared = fidelity.at(level)
    at_estimate = _rms(window, "at_estimate", lengths) if len(window) else nothing
    alone = _rms(window, "alone", lengths) if len(window) else nothing
    steps, high = window.told
    too_high = high / steps if steps else 0.0
    reasons = []
    if window.seconds < _SEEN * window.length:
        reasons.append(
            f"{twin}: plant and model were compared over {_minutes(window.seconds)}, "
            f"wanted {_minutes(window.length)}"
        )
    if not np.isfinite(at_estimate).any():
        reasons.append(f"{twin}: no usable measurement of any point that the model tells")
    off = _Off(twin, points, declared, _minutes(window.seconds))
    reasons += off.words(at_estimate, "model {} off at the estimated state")
    drift = off.words(alone, "model left alone {} off")
    if too_high > _SHARE_TOO_HIGH:
        reasons.append(
            f"{twin}: {100 * too_high:.0f} % of the predictions were further from the plant than "
            f"declared fidelity explains, wanted at most {100 * _SHARE_TOO_HIGH:.0f} %"
        )
    uncertain = np.flatnonzero(known.std > WORST_KNOWN * known.declared)
    for place in uncertain:
        point = known.points[place]
        why = "; nothing measured tells it" if point.name in known.unobserved else ""
        reasons.append(
            f"{twin}.{point.name}: known to {written_at(float(known.std[place]), point)}, "
            f"declared {written_at(float(known.declared[place]), point)}{why}"
        )
    names = tuple(known.points[i].name for i in uncertain)
    return Mismatch(
        window.seconds, at_estimate, alone, declared, too_high, names, tuple(reasons), tuple(drift)
    )


@dataclass(frozen=True)
class _Off:
    """Points that are further off than declared, in words."""

    twin: str
    points: tuple[Point, ...]
    declared: Vector
    over: str

    def words(self, rms: Vector, said: str) -> list[str]:
        """`hts.hp.P_el: model 12 kW off over 15 min, declared 10 kW`."""
        with np.errstate(invalid="ignore"):
            beyond = np.flatnonzero(rms > self.declared)
        found = []
        for place in beyond:
            point = self.points[place]
            how = said.format(written_at(float(rms[place]), point))
            allowed = written_at(float(self.declared[place]), point)
            found.append(f"{self.twin}.{point.name}: {how} over {self.over}, declared {allowed}")
        return found


def _rms(window: Window, name: str, lengths: Vector) -> Vector:
    return np.sqrt(_mean(window.column(name) ** 2, lengths))


def _mean(rows: Vector, lengths: Vector) -> Vector:
    """Mean over time of what is finite; NaN for a column known in less than half of it."""
    known = np.isfinite(rows)
    weight = known.T @ lengths
    total = np.where(known, rows, 0.0).T @ lengths
    enough = weight >= _MEASURED * lengths.sum()
    return np.where(enough, total / np.where(weight > 0.0, weight, 1.0), np.nan)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60.0:.3g} min"
