"""Faults that may be, and how each would move every relation of a twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rami.functional.diagnosis.relation import FaultKind, Quantity, Relation

_SENSED = {
    Quantity.TEMPERATURE: "K",
    Quantity.FLOW: "%",
    Quantity.POWER: "%",
}


@dataclass(frozen=True)
class Hypothesis:
    """One fault: its kind, the component it is at, the sensor of a drift, the unit of its size;
    `sign` bounds the size (+1: not negative; -1: not positive)."""

    kind: FaultKind
    component: str
    point: str
    unit: str
    sign: int = 0

    def __str__(self) -> str:
        """`fouling of hex_hnlt`, `drift of hp.P_el`."""
        return f"{self.kind} of {self.point or self.component}"


class Signatures:
    """`faults`, and in which place of which relation each stands.

    Entry e says: member `member[e]` of relation `relation[e]` (-1: the component's own loss) is
    fault `fault[e]`.
    """

    def __init__(self, relations: Sequence[Relation]) -> None:
        faults: dict[tuple[FaultKind, str], Hypothesis] = {}
        relation: list[int] = []
        member: list[int] = []
        keys: list[tuple[FaultKind, str]] = []
        for k, one in enumerate(relations):
            for i, m in enumerate(one.members):
                if m.quantity not in _SENSED:
                    continue
                key = (FaultKind.DRIFT, m.point)
                component = m.point.rpartition(".")[0]
                faults.setdefault(
                    key, Hypothesis(FaultKind.DRIFT, component, m.point, _SENSED[m.quantity])
                )
                relation.append(k)
                member.append(i)
                keys.append(key)
            for loss in one.losses:
                key = (loss.kind, loss.component)
                faults.setdefault(key, Hypothesis(loss.kind, loss.component, "", "%", loss.sign))
                relation.append(k)
                member.append(-1)
                keys.append(key)
        self.faults = tuple(faults.values())
        place = {key: i for i, key in enumerate(faults)}
        self.relation: NDArray[np.intp] = np.array(relation, np.intp)
        self.member: NDArray[np.intp] = np.array(member, np.intp)
        self.fault: NDArray[np.intp] = np.array([place[key] for key in keys], np.intp)
        self.sign = np.array([f.sign for f in self.faults])
        #: relations that a fault moves
        self.touches = np.zeros((len(self.faults), len(relations)), np.bool_)
        self.touches[self.fault, self.relation] = True
