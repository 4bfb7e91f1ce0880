"""The healthy plant, learned from blocks of a reference time: no parameter of a model is needed.

Per relation, Bayesian linear regression (Bishop: Pattern Recognition and Machine Learning, 3.3)
of the residual on a constant, the relation's own terms and small constant errors of its sensors,
each with a prior as wide as such things are; so sensors' offsets and parameters that are off
explain themselves, and what has not been seen is expected with a wide margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.functional.diagnosis.block import Seen
from rami.functional.diagnosis.relation import Quantity, Relation

Values = NDArray[np.float64]

#: standard deviations that a healthy component may be off from its declaration, %, and sensors
#: from the truth: K, %, %, share of the stroke
_DECLARED = 25.0
_SENSOR = {
    Quantity.TEMPERATURE: 0.15,
    Quantity.FLOW: 1.0,
    Quantity.POWER: 0.5,
    Quantity.POSITION: 0.005,
}
#: what sensors and actuators may wander without being faulty: K, %, %, share of the stroke
_WANDER = {
    Quantity.TEMPERATURE: 0.03,
    Quantity.FLOW: 0.2,
    Quantity.POWER: 0.2,
    Quantity.POSITION: 0.004,
}
#: blocks without which nothing is judged; blocks that the scatter taken for granted counts as
_FEWEST, _GRANTED = 6, 10
#: a block tells as much as this share of an independent one
_INDEPENDENT = 0.3
_ROUNDS = 4
#: what a term beyond the range that was seen may be off, as a share of how far beyond
_BEYOND = 0.1


@dataclass(frozen=True)
class Healthy:
    """What a relation's residual is expected to be: mean of the factors, their covariance, the
    scatter of blocks about it, what each member may wander, and the range of the shape terms
    that was seen."""

    factors: Values
    covariance: Values
    scatter: float
    wander: Values
    low: Values
    high: Values

    def expected(self, seen: Seen) -> tuple[float, float]:
        """Residual and its standard deviation."""
        h = terms(seen)
        variance = float(h @ self.covariance @ h) + self.scatter**2
        variance += float(((seen.members * self.wander) ** 2).sum())
        beyond = np.maximum(np.maximum(self.low - seen.shape, seen.shape - self.high), 0.0)
        variance += float(((_BEYOND * beyond) ** 2).sum())
        return float(h @ self.factors), float(np.sqrt(variance))


def terms(seen: Seen) -> Values:
    """Regressors of a block: 1, the shape, the members."""
    return np.concatenate([[1.0], seen.shape, seen.members])


def priors(relation: Relation, shapes: int) -> Values:
    """Standard deviations of the factors."""
    empty = {p: np.ones(1) for p in relation.points}
    with np.errstate(all="ignore"):
        shape = [sigma for _, sigma in relation.shape(empty)]
    assert len(shape) == shapes
    constant = _DECLARED if relation.unit == "%" else 1.0
    members = [_SENSOR.get(m.quantity, 1e-9) for m in relation.members]
    return np.array([constant, *shape, *members])


def learn(relation: Relation, blocks: Sequence[Seen]) -> Healthy | None:
    """The healthy relation; None when there were too few blocks."""
    if len(blocks) < _FEWEST:
        return None
    h = np.array([terms(b) for b in blocks])
    r = np.array([b.residual for b in blocks])
    precision = np.diag(1.0 / priors(relation, len(blocks[0].shape)) ** 2)
    scatter = 2.0 * relation.floor
    weight = np.ones(len(r))
    for _ in range(_ROUNDS):
        w = _INDEPENDENT * weight / scatter**2
        covariance = np.linalg.inv(h.T @ (h * w[:, None]) + precision)
        factors = covariance @ (h.T @ (w * r))
        off = r - h @ factors
        typical = 1.4826 * float(np.median(np.abs(off)))
        weight = np.minimum(1.0, 3.0 * max(typical, relation.floor) / np.maximum(np.abs(off), 1e-9))
        own = max(float(np.mean(weight * off**2)), relation.floor**2)
        known = len(r) * own + _GRANTED * relation.floor**2
        scatter = float(np.sqrt(known / (len(r) + _GRANTED)))
    wander = np.array([_WANDER.get(m.quantity, 0.0) for m in relation.members])
    shape = np.array([b.shape for b in blocks])
    return Healthy(
        np.asarray(factors, np.float64),
        np.asarray(covariance, np.float64),
        scatter,
        wander,
        shape.min(axis=0),
        shape.max(axis=0),
    )
