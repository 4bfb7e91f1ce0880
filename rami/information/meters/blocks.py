"""Blocks: fixed, disjoint sets of at least k customers that are counted together or not at all.

Every aggregate that ever leaves is a sum over whole blocks. Whatever an attacker adds, subtracts
or scales of all releases, the customers of one block have the same coefficient in the result:
nothing about fewer than k of them can be had (microaggregation; Domingo-Ferrer, Mateo-Sanz 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from rami.information.meters.roster import WAITING, Customer, Roster

#: label of a block whose customers are of several groups
MIXED = ""


@dataclass(frozen=True)
class Block:
    """`labels` by grouping; MIXED counts in no group of that grouping, only in totals.

    It is not counted before `since_ns`.
    """

    number: int
    size: int
    labels: tuple[str, ...]
    since_ns: int = 0


def form_blocks(roster: Roster, known: Sequence[Block], k: int, since_ns: int = 0) -> list[Block]:
    """Put waiting customers into new blocks; those too few for a block go on waiting.

    Customers alike in all groupings come together first; those left over with others that share
    fewer groupings; at last anybody. Order within is that of the identities, which are keyed
    digests and so tell nothing.
    """
    waiting = sorted((one, c) for one, c in roster.customers.items() if c.block == WAITING)
    width = len(roster.groupings)
    number = max((b.number for b in known), default=0)
    fresh: list[Block] = []
    for shared in range(width, -1, -1):
        for chosen in combinations(range(width), shared):
            cells: dict[tuple[str, ...], list[Customer]] = {}
            for _, customer in waiting:
                key = tuple(customer.groups[i] for i in chosen)
                if customer.block == WAITING and all(key):
                    cells.setdefault(key, []).append(customer)
            for _, cell in sorted(cells.items()):
                for part in _parts(cell, k):
                    number += 1
                    fresh.append(Block(number, len(part), _labels(part, width), since_ns))
                    for customer in part:
                        customer.block = number
    return fresh


def _parts(cell: list[Customer], k: int) -> list[list[Customer]]:
    """Parts of k, the last with up to 2 k - 1; none where there are fewer than k."""
    count = len(cell) // k
    return [cell[i * k : (i + 1) * k if i < count - 1 else None] for i in range(count)]


def _labels(part: list[Customer], width: int) -> tuple[str, ...]:
    values = [{c.groups[i] for c in part} for i in range(width)]
    return tuple(v.pop() if len(v) == 1 else MIXED for v in values)
