"""A block of all relations as one vector: kept, saved and looked at again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rami.functional.diagnosis.block import Seen, see
from rami.functional.diagnosis.relation import Columns, Relation

Values = NDArray[np.float64]


class Records:
    """Where each relation's residual (NaN: not judged), members and shape stand in a record."""

    def __init__(self, relations: Sequence[Relation]) -> None:
        self.relations = tuple(relations)
        self.members: list[slice] = []
        self.shapes: list[slice] = []
        at = len(self.relations)
        with np.errstate(all="ignore"):
            for one in self.relations:
                terms = len(one.shape({p: np.ones(1) for p in one.points}))
                self.members.append(slice(at, at + len(one.members)))
                self.shapes.append(slice(at + len(one.members), at + len(one.members) + terms))
                at += len(one.members) + terms
        self.width = at

    def of(self, columns: Columns) -> Values:
        """The record of a block's windows."""
        out = np.full(self.width, np.nan)
        for k, relation in enumerate(self.relations):
            seen = see(relation, columns)
            if seen is not None:
                out[k] = seen.residual
                out[self.members[k]] = seen.members
                out[self.shapes[k]] = seen.shape
        return out

    def seen(self, record: Values, k: int) -> Seen | None:
        """What a relation saw in a block."""
        if np.isnan(record[k]):
            return None
        return Seen(float(record[k]), record[self.members[k]], record[self.shapes[k]])
