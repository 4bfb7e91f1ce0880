"""Rows that are in the log and not yet in a part, in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adapters.stores.duckdb.block import Block, Ids, joined
from adapters.stores.duckdb.log import Record

_AT_ONCE = 8  # blocks of similar size are joined by so many
_BIG = 1 << 20  # from here on a part is near enough


@dataclass(frozen=True)
class Corrections:
    """Rows for instants that had one, with their running numbers (even, over the whole store)."""

    block: Block
    seq: np.ndarray[tuple[int], np.dtype[np.int64]]


class Recent:
    """Blocks in the order of writing; few of them, whatever the size of a write."""

    def __init__(self) -> None:
        self.blocks: tuple[Block, ...] = ()
        self.corrections: tuple[Corrections, ...] = ()
        self.rows = 0

    def add(self, record: Record, next_seq: int) -> int:
        """Keep what a write kept; the next number of a correction."""
        if len(record.main):
            self.blocks = _tidied((*self.blocks, record.main))
            self.rows += len(record.main)
        count = len(record.side)
        if count:
            seq = next_seq + 2 * np.arange(count, dtype=np.int64)
            self.corrections = (*self.corrections, Corrections(record.side, seq))
        return next_seq + 2 * count

    @property
    def waiting(self) -> int:
        """Rows and corrections."""
        return self.rows + sum(len(c.block) for c in self.corrections)


def _tidied(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The last blocks as one where they are many of about one size: reads then stay quick."""
    tail = blocks[-_AT_ONCE:]
    if len(tail) < _AT_ONCE:
        return blocks
    sizes = [len(b) for b in tail]
    if max(sizes) >= _BIG or max(sizes) > _AT_ONCE * max(sizes[-1], 256):
        return blocks
    return _tidied((*blocks[:-_AT_ONCE], joined(tail)))


def chosen(
    corrections: tuple[Corrections, ...], ids: Ids | None, start_ns: int, end_ns: int
) -> Corrections:
    """Corrections of some signals in [start, end); not sorted."""
    found = []
    for c in corrections:
        b = c.block
        inside = (b.times >= start_ns) & (b.times < end_ns)
        if ids is not None:
            inside &= np.isin(b.ids, ids)
        found.append((b.where(inside), c.seq[inside]))
    blocks = [b for b, _ in found] or [Block.none()]
    block = Block(
        np.concatenate([b.ids for b in blocks]),
        np.concatenate([b.times for b in blocks]),
        np.concatenate([b.values for b in blocks]),
        np.concatenate([b.status for b in blocks]),
    )
    return Corrections(block, np.concatenate([np.empty(0, np.int64), *(s for _, s in found)]))
