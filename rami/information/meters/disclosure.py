"""What of a table of sums may leave: enough customers, none that makes up most of it.

A release says, per interval, which blocks are in which of its groups. Blocks that are together
in all releases of an interval form an atom; any combination of releases weighs an atom's
customers alike. A new group may only part an atom into parts that could be published themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: a block in none of the groups
NOWHERE = -1


class Limits(NamedTuple):
    """Fewest customers, and the largest share of one of them."""

    k: int
    dominance: float


@dataclass(frozen=True)
class BlockSums:
    """Per block and interval, shape (blocks, intervals): `total`, `absolute` (sum of the
    magnitudes), `largest` (magnitude of the largest customer). `present`: every customer of the
    block has a value. `sizes`: customers per block."""

    sizes: Places
    present: Flags
    total: Floats
    absolute: Floats
    largest: Floats

    def of(self, chosen: Flags) -> BlockSums:
        """Those of some blocks and intervals; zero elsewhere."""
        return BlockSums(
            self.sizes,
            chosen,
            np.where(chosen, self.total, 0.0),
            np.where(chosen, self.absolute, 0.0),
            np.where(chosen, self.largest, 0.0),
        )


def publishable(
    sums: BlockSums, group: Places, count: int, earlier: list[Places], limits: Limits
) -> Flags:
    """Which cells of a new table may leave, shape (count, intervals).

    `group` is each block's group (NOWHERE: none), `earlier` the groups of blocks per interval in
    releases made before, shape (blocks, intervals). What was published for the same sets before
    passes again. A part with customers whose values are not known any more does not pass.
    """
    blocks, intervals = sums.present.shape
    cells = np.zeros((count, intervals), np.bool_)
    atoms = np.zeros((blocks, intervals), np.uint64)
    covered = np.zeros((blocks, intervals), np.bool_)
    for places in earlier:
        covered |= places != NOWHERE
        atoms = _mixed(atoms, places)
    member = (group != NOWHERE)[:, None]
    for t in np.flatnonzero((sums.present & member).any(axis=0)).tolist():
        here = np.where(sums.present[:, t], group, NOWHERE)
        key = np.where(covered[:, t], atoms[:, t], np.uint64(0))
        _, atom = np.unique(key, return_inverse=True)
        free = np.zeros(int(atom.max(initial=-1)) + 1, np.bool_)
        free[atom[~covered[:, t]]] = True
        cells[:, t] = _interval(sums, t, here, atom, free, count, limits)
    return cells


def _interval(
    sums: BlockSums, t: int, here: Places, atom: Places, free: Flags, count: int, limits: Limits
) -> Flags:
    """One interval. `free` are atoms that nothing published has touched."""
    shape = (len(free), count + 1)
    part = atom * (count + 1) + here + 1

    def added(values: NDArray[Any]) -> Floats:
        found = np.bincount(part, values.astype(np.float64), minlength=shape[0] * shape[1])
        return np.asarray(found, np.float64).reshape(shape)

    size = added(sums.sizes)
    absolute = added(np.where(sums.present[:, t], sums.absolute[:, t], 0.0))
    unknown = added(~sums.present[:, t]) > 0
    largest = np.zeros(shape[0] * shape[1])
    np.maximum.at(largest, part, np.where(sums.present[:, t], sums.largest[:, t], 0.0))
    largest = largest.reshape(shape)
    there = size > 0
    # a sum of nothing tells of everyone in it that there was nothing
    weak = there & (
        unknown | (size < limits.k) | (absolute <= 0) | (largest > limits.dominance * absolute)
    )
    refused = weak[free, 1:].any(axis=0)
    parted = ~free & (there.sum(axis=1) > 1) & weak.any(axis=1)
    # complementary: none of the groups that share the atom, else one follows from the others
    refused |= there[parted, 1:].any(axis=0)
    whole, most = absolute[:, 1:].sum(axis=0), largest[:, 1:].max(axis=0, initial=0.0)
    # a cell that was told just so is told again
    again = (there & ~(~free & (there.sum(axis=1) == 1))[:, None])[:, 1:].sum(axis=0) == 0
    again &= there[:, 1:].sum(axis=0) == 1
    refused |= size[:, 1:].sum(axis=0) < limits.k
    refused |= (most > limits.dominance * whole) & ~again
    return np.asarray(there[:, 1:].any(axis=0) & ~refused)


def _mixed(atoms: NDArray[np.uint64], places: Places) -> NDArray[np.uint64]:
    """Codes of what was together before and is together in one more release."""
    word = (places + 2).astype(np.uint64)
    code = (atoms ^ (atoms >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15) + word
    return np.asarray((code ^ (code >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9))
