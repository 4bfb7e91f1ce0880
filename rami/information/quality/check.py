"""What a check is, and how it marks rows."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from rami.core.quality import Family, Qualities, Reason, quality
from rami.information.quality.column import Column, Mask


@runtime_checkable
class Check(Protocol):
    """Parameters of one check, and the check itself; a small frozen dataclass.

    Only known rows are looked at (`Column.known`): what an earlier check has called bad does
    not count as a neighbour later.
    """

    @property
    def reason(self) -> Reason:
        """The bit it sets."""

    def marks(self, column: Column) -> Qualities:
        """What it adds to each row's status, uint32 of shape (len(column),); 0: nothing."""


def marked(where: Mask, family: Family, reason: Reason) -> Qualities:
    """`family | reason` where true, else 0."""
    return np.asarray(where * np.uint32(quality(family, reason)))


def spread(column: Column, of_known: Mask) -> Mask:
    """A mask over the known rows as a mask over all rows."""
    if column.all_known:
        return of_known
    where = np.zeros(len(column), bool)
    where[column.places[of_known]] = True
    return where
