"""Quality of a value: an OPC UA StatusCode family plus a reason bit set.

A quality is one `uint32`: the two top bits are the family as in OPC UA Part 4 (7.39),
the low sixteen are our reasons. Vectors of qualities combine with `worst`.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray


class Family(IntEnum):
    """Severity, as in the top bits of an OPC UA StatusCode."""

    GOOD = 0x0000_0000
    UNCERTAIN = 0x4000_0000
    BAD = 0x8000_0000


class Reason(IntFlag):
    """Why a value is as it is; several may hold at once."""

    NONE = 0
    MISSING = 1
    RANGE = 2
    SPIKE = 4
    STUCK = 8
    STALE = 16
    FILLED = 32
    SIMULATED = 64
    SYNTHETIC = 128
    NO_DEMAND = 256
    LIMITED = 512
    ESTIMATED = 1024
    RATE = 2048
    DUPLICATE = 4096
    CLOCK = 8192
    RESET = 16384
    INCONSISTENT = 32768


_FAMILY = np.uint32(0xC000_0000)
_REASON = np.uint32(0x0000_FFFF)

Qualities = NDArray[np.uint32]


def quality(family: Family, reason: Reason = Reason.NONE) -> int:
    """One quality value."""
    return int(family) | int(reason)


def good(shape: int | tuple[int, ...], reason: Reason = Reason.NONE) -> Qualities:
    """A vector or table of good values, marked with `reason`."""
    return np.full(shape, int(reason), np.uint32)


def is_bad(q: Qualities) -> NDArray[np.bool_]:
    """Where the family is Bad."""
    return np.asarray((q & _FAMILY) >= np.uint32(Family.BAD))


def is_good(q: Qualities) -> NDArray[np.bool_]:
    """Where the family is Good."""
    return np.asarray((q & _FAMILY) == 0)


def reasons(q: Qualities) -> Qualities:
    """The reason bits alone."""
    return np.asarray(q & _REASON)


def worst(*qs: Qualities) -> Qualities:
    """The worse family and all reasons of several vectors."""
    family, why = qs[0] & _FAMILY, qs[0] & _REASON
    for q in qs[1:]:
        family, why = np.maximum(family, q & _FAMILY), why | (q & _REASON)
    return np.asarray(family | why)


def describe(q: int) -> str:
    """In words: `good`, `uncertain: filled, missing`."""
    # both top bits are reserved in OPC UA, and no better than bad
    family = Family(min(q & int(_FAMILY), Family.BAD)).name.lower()
    why = [r.name.lower() for r in Reason if r and q & r and r.name]
    return f"{family}: {', '.join(why)}" if why else family
