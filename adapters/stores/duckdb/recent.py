"""Rows that are in the log and not yet in a part, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from typing import TypeVar

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

    def __len__(self) -> int:
        return len(self.seq)


T = TypeVar("T", bound=Sized)


class Recent:
    """Blocks in the order of writing; few of them, whatever the size of a write."""

    def __init__(self) -> None:
        self.blocks: tuple[Block, ...] = ()
        self.corrections: tuple[Corrections, ...] = ()
        self.waiting = 0  # rows and corrections

    def add(self, record: Record, next_seq: int) -> int:
        """Keep what a write kept; the next number of a correction."""
        if len(record.main):
            self.blocks = _tidied((*self.blocks, record.main), joined)
        count = len(record.side)
        if count:
            seq = next_seq + 2 * np.arange(count, dtype=np.int64)
            self.corrections = _tidied((*self.corrections, Corrections(record.side, seq)), _in_turn)
        self.waiting += len(record.main) + count
        return next_seq + 2 * count


def _tidied(kept: tuple[T, ...], join: Callable[[Sequence[T]], T]) -> tuple[T, ...]:
    """The last ones as one where they are many of about one size: reads then stay quick."""
    tail = kept[-_AT_ONCE:]
    if len(tail) < _AT_ONCE:
        return kept
    sizes = [len(k) for k in tail]
    if max(sizes) >= _BIG or max(sizes) > _AT_ONCE * max(sizes[-1], 256):
        return kept
    return _tidied((*kept[:-_AT_ONCE], join(tail)), join)


def _in_turn(corrections: Sequence[Corrections]) -> Corrections:
    """One after the other, as they were written; not sorted."""
    blocks = [c.block for c in corrections]
    block = Block(
        np.concatenate([b.ids for b in blocks]),
        np.concatenate([b.times for b in blocks]),
        np.concatenate([b.values for b in blocks]),
        np.concatenate([b.status for b in blocks]),
    )
    return Corrections(block, np.concatenate([c.seq for c in corrections]))


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
        found.append(Corrections(b.where(inside), c.seq[inside]))
    return _in_turn(found or [Corrections(Block.none(), np.empty(0, np.int64))])
