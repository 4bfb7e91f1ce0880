"""Built-in types of OPC UA that hold a number (Part 6, table 1), and numbers put into them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True)
class NumberType:
    """A built-in type: its number in the standard, and what fits into it."""

    name: str
    number: int
    low: float
    high: float
    whole: bool


def _integer(name: str, number: int, bits: int, signed: bool) -> NumberType:
    low = -(2.0 ** (bits - 1)) if signed else 0.0
    high = 2.0 ** (bits - 1) - 1 if signed else 2.0**bits - 1
    return NumberType(name, number, low, high, True)


_HALF = 3.4028235677973366e38  # above it a number rounds to infinity as Float

NUMBERS: dict[str, NumberType] = {
    t.name: t
    for t in (
        NumberType("Boolean", 1, 0.0, 1.0, True),
        _integer("SByte", 2, 8, True),
        _integer("Byte", 3, 8, False),
        _integer("Int16", 4, 16, True),
        _integer("UInt16", 5, 16, False),
        _integer("Int32", 6, 32, True),
        _integer("UInt32", 7, 32, False),
        _integer("Int64", 8, 64, True),
        _integer("UInt64", 9, 64, False),
        NumberType("Float", 10, -_HALF, _HALF, False),
        NumberType("Double", 11, -float("inf"), float("inf"), False),
    )
}
BY_NUMBER = {t.number: t for t in NUMBERS.values()}


def fitted(value: float, kind: NumberType) -> float | int | bool:
    """A number as it stands in a node of this type; whole types take the nearest.

    Raises ValueError when it does not fit.
    """
    if not isfinite(value):
        raise ValueError(f"{value} is not finite")
    if kind.name == "Boolean":
        if value not in (0.0, 1.0):
            raise ValueError(f"{value:g} does not fit Boolean; wanted 0 or 1")
        return bool(value)
    if not kind.low <= value <= kind.high:
        raise ValueError(f"{value:g} does not fit {kind.name} ({kind.low:g} to {kind.high:g})")
    if kind.whole:
        # doubles near the ends of 64 bits round beyond them
        return max(int(kind.low), min(round(value), _top(kind)))
    if kind.name == "Float":
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    return value


def _top(kind: NumberType) -> int:
    return {"Int64": 2**63 - 1, "UInt64": 2**64 - 1}.get(kind.name, int(kind.high))
