"""What becomes of rows that arrive: new, duplicate, correction, late, refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adapters.stores.duckdb.block import Block, Ids, Times, order
from adapters.stores.duckdb.log import Record
from adapters.stores.duckdb.newest import NEVER
from rami.core.historian import Written

#: no two rows of one signal are known
FAR = int(np.iinfo(np.int64).max)

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Kept:
    """Rows that the store has at some instants, in the order asked for."""

    found: Mask
    values: NDArray[np.float64]
    status: NDArray[np.uint32]


Lookup = Callable[[Ids, Times], Kept]


def sort(
    block: Block, newest: Times, late_ns: int | None, present_ns: int, lookup: Lookup
) -> tuple[Record, Written]:
    """Sort rows out. `newest` is by number of signal; `lookup` finds what is kept.

    Rows are late when older than the newest kept before this call. An exact duplicate is
    dropped; another value or status for an instant is a correction; a row further behind than
    `late_ns` is refused whatever it says (behind the present, where the newest is ahead of it:
    one row of a wrong clock shuts nothing out).
    """
    if not len(block):
        return Record(block, block), Written()
    places = order(block.ids, block.times)
    if places is not None:
        block = block.where(places)
    before = newest[block.ids]
    again = np.zeros(len(block), bool)
    again[1:] = (block.ids[1:] == block.ids[:-1]) & (block.times[1:] == block.times[:-1])
    after = block.times > before
    if after.all() and not again.any():
        return Record(_stepped(block, before), Block.none()), Written(new=len(block))

    refused = np.zeros(len(block), bool)
    if late_ns is not None:
        refused = (before != NEVER) & (block.times < np.minimum(before, present_ns) - late_ns)
    first = ~again & ~refused
    asked = np.flatnonzero(first & ~after)
    kept = lookup(block.ids[asked], block.times[asked])
    same, other = _repeats(block, again & ~refused)
    hit = asked[kept.found]
    equal = _equal(
        block.values[hit], block.status[hit], kept.values[kept.found], kept.status[kept.found]
    )
    same[hit[equal]] = True
    other[hit[~equal]] = True
    new = ~(same | other | refused)
    late = int((new & ~after).sum())
    main = block.where(new)
    main = main if late else _stepped(main, before[new])
    counts = {"too late": int(refused.sum())} if refused.any() else {}
    return Record(main, block.where(other)), Written(
        int(new.sum()), int(same.sum()), int(other.sum()), late, counts
    )


def _repeats(block: Block, again: Mask) -> tuple[Mask, Mask]:
    """Rows for the instant of the row before them: those that say the same, and the others."""
    at = np.flatnonzero(again)
    equal = _equal(block.values[at], block.status[at], block.values[at - 1], block.status[at - 1])
    same, other = np.zeros(len(block), bool), np.zeros(len(block), bool)
    same[at[equal]] = True
    other[at[~equal]] = True
    return same, other


def _equal(
    values: NDArray[np.float64],
    status: NDArray[np.uint32],
    kept_values: NDArray[np.float64],
    kept_status: NDArray[np.uint32],
) -> Mask:
    """The same to the bit (0.0 is not -0.0), or both no value."""
    same = values.view(np.int64) == kept_values.view(np.int64)
    same |= np.isnan(values) & np.isnan(kept_values)
    return np.asarray(same & (status == kept_status))


def _stepped(block: Block, before: Times) -> Block:
    """With the smallest distance of rows of one signal, those kept before included."""
    if not len(block):
        return block
    first = np.ones(len(block), bool)
    first[1:] = block.ids[1:] != block.ids[:-1]
    inside = np.diff(block.times)[~first[1:]]
    known = first & (before != NEVER)
    across = block.times[known] - before[known]
    step = min(int(inside.min()) if len(inside) else FAR, int(across.min()) if len(across) else FAR)
    return Block(block.ids, block.times, block.values, block.status, step)
