"""A block of windows, as each relation sees it: its residual and how faults would move it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.functional.diagnosis.relation import Columns, Member, Quantity, Relation, Values

#: least share of a block's windows that must be judged
_LEAST = 0.1
#: changes from window to window that are no steady state: share of the larger value or of a tenth
#: of the nominal; K
_STEADY, _STEADY_K = 0.15, 1.0
#: uncertainty of a mean that weighs windows: K, %, %, share of the stroke
_UNCERTAIN = {
    Quantity.TEMPERATURE: 0.1,
    Quantity.FLOW: 0.5,
    Quantity.POWER: 0.5,
    Quantity.POSITION: 0.008,
}
#: by how much a member is moved to see what its fault does: K, %, %, share
_BUMP = {
    Quantity.TEMPERATURE: 0.05,
    Quantity.FLOW: 0.5,
    Quantity.POWER: 0.5,
    Quantity.POSITION: 0.004,
}


@dataclass(frozen=True)
class Seen:
    """A relation over a block: weighted mean residual; change of it per unit of a fault of each
    member (K, %, %, share of stroke); means of its shape terms."""

    residual: float
    members: Values
    shape: Values


def see(relation: Relation, columns: Columns) -> Seen | None:
    """A block's windows in one; None where too few can be judged."""
    residual = relation.residual(columns)
    judged = np.isfinite(residual) & _steady(relation.members, columns)
    if judged.sum() < max(2.0, _LEAST * len(residual)):
        return None
    part = {p: columns[p][judged] for p in relation.points}
    residual = residual[judged]
    moved = np.zeros((len(relation.members), len(residual)))
    for i, member in enumerate(relation.members):
        if member.quantity in _BUMP:
            moved[i] = _effect(relation, member, part, residual)
    uncertain = np.array([_UNCERTAIN.get(m.quantity, 0.0) for m in relation.members])
    variance = relation.floor**2 + ((moved * uncertain[:, None]) ** 2).sum(axis=0)
    weight = 1.0 / variance
    weight *= _believed(residual, variance)
    weight /= weight.sum()
    shape = [values for values, _ in relation.shape(part)]
    return Seen(
        float(weight @ residual),
        moved @ weight,
        np.array([float(weight @ values) for values in shape]),
    )


def _effect(relation: Relation, member: Member, columns: Columns, residual: Values) -> Values:
    bump = _BUMP[member.quantity]
    value = columns[member.point]
    if member.quantity in (Quantity.FLOW, Quantity.POWER):
        value = value * (1.0 + bump / 100.0)
    else:
        value = value + bump
    moved = relation.residual({**columns, member.point: value})
    return np.where(np.isfinite(moved), (moved - residual) / bump, 0.0)


def _believed(residual: Values, variance: Values) -> Values:
    """Windows far from the median count less (Huber, at three times the median deviation)."""
    off = np.abs(residual - np.median(residual))
    scale = 1.4826 * float(np.median(off)) + 0.2 * float(np.sqrt(np.median(variance)))
    return np.minimum(1.0, 3.0 * scale / np.maximum(off, 1e-12))


def _steady(members: Sequence[Member], columns: Columns) -> NDArray[np.bool_]:
    """Windows whose values are near those before and after."""
    steady = np.ones(len(next(iter(columns.values()))), np.bool_)
    for member in members:
        value = columns[member.point]
        if len(value) < 2:
            continue
        change = np.abs(np.diff(value))
        if member.quantity is Quantity.TEMPERATURE:
            calm = ~(change > _STEADY_K)
        else:
            larger = np.maximum(np.abs(value[1:]), np.abs(value[:-1]))
            calm = ~(change > _STEADY * np.maximum(larger, 0.1 * member.nominal))
        steady[1:] &= calm
        steady[:-1] &= calm
    return steady
