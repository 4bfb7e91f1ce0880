"""Values of nodes beyond plain numbers and texts: ranges, units, arguments, texts to show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from rami.communication.information_model.node_id import NodeId


class Rank(IntEnum):
    """ValueRank (Part 3, 5.6.2)."""

    SCALAR = -1
    ARRAY = 1
    MATRIX = 2


@dataclass(frozen=True)
class Range:
    """Part 8, 5.6.2."""

    low: float
    high: float


@dataclass(frozen=True)
class UnitInformation:
    """EUInformation (Part 8, 5.6.3); `number` is -1 where UNECE has no code for the unit."""

    namespace: str
    number: int
    shown: str
    description: str


@dataclass(frozen=True)
class Text:
    """A LocalizedText without a locale."""

    text: str


@dataclass(frozen=True)
class Argument:
    """Of a method (Part 3, 8.6)."""

    name: str
    data_type: NodeId
    description: str
    rank: Rank = Rank.SCALAR


Scalar = bool | int | float | str | Range | UnitInformation | Text | Argument
#: None: nothing is known before the server runs
Value = Scalar | tuple[Scalar, ...] | None
