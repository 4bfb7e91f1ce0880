"""Duplicates: several rows at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rami.core.quality import Family, Qualities, Reason
from rami.information.quality.check import marked
from rami.information.quality.column import Column


@dataclass(frozen=True)
class Duplicate:
    """Of rows with the same time the last known one counts (a correction); others are bad.

    Where a known value differs from it by more than `tolerance`, the one that counts is
    uncertain. Where none is known, the last row stays as it is.
    """

    tolerance: float = 0.0
    reason: ClassVar[Reason] = Reason.DUPLICATE

    def marks(self, column: Column) -> Qualities:
        """Marks of rows that share their instant."""
        out = np.zeros(len(column), np.uint32)
        if len(column) < 2:
            return out
        equal = column.times[1:] == column.times[:-1]
        if not equal.any():
            return out
        starts = np.flatnonzero(np.concatenate([[True], ~equal]))
        group = np.cumsum(np.concatenate([[0], ~equal]))
        lost_before = (column.status & np.uint32(self.reason)) != 0
        rank = np.arange(len(column)) - len(column) * (lost_before & ~column.known)
        rank += len(column) * column.known
        winner = np.maximum.reduceat(rank, starts) % len(column)
        lost = np.ones(len(column), bool)
        lost[winner] = False
        differs = np.abs(column.values - column.values[winner[group]]) > self.tolerance
        contested = np.zeros(len(column), bool)
        contested[winner[group[lost & column.known & differs]]] = True
        out |= marked(lost, Family.BAD, self.reason)
        return out | marked(contested, Family.UNCERTAIN, self.reason)


def single(column: Column) -> Column:
    """One row per instant: without those that `Duplicate` has called bad."""
    lost = (column.status & np.uint32(Reason.DUPLICATE)) != 0
    if not lost.any():
        return column
    keep = ~lost | column.known
    return Column(column.times[keep], column.values[keep], column.status[keep])
