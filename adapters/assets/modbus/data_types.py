"""Numbers in registers: integers, floats (IEEE 754), single bits; orders of words and bytes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

_FORMATS = {
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}
BITS = tuple(f"bit{n}" for n in range(16))
TYPES = (*_FORMATS, *BITS, "bool")
#: largest that binary32 holds
_FLOAT32 = (2 - 2**-23) * 2.0**127


@dataclass(frozen=True)
class DataType:
    """One of TYPES, with the order of words in the value and of bytes in a word."""

    name: str
    words: str = "big"
    bytes: str = "big"

    @property
    def count(self) -> int:
        """Registers (or, of `bool`, coils) that a value takes."""
        return struct.calcsize(_FORMATS[self.name]) // 2 if self.name in _FORMATS else 1

    @property
    def bit(self) -> int | None:
        """Which bit of a register, None for a whole value."""
        return int(self.name[3:]) if self.name in BITS else None

    def decoded(self, registers: Sequence[int]) -> float:
        """The number that registers hold."""
        if self.bit is not None:
            return float(self._word(registers[0]) >> self.bit & 1)
        if self.name == "bool":
            return float(bool(registers[0]))
        ordered = registers if self.words == "big" else tuple(reversed(registers))
        end = ">" if self.bytes == "big" else "<"
        raw = b"".join(struct.pack(f"{end}H", r) for r in ordered)
        return float(struct.unpack(f">{_FORMATS[self.name]}", raw)[0])

    def encoded(self, number: float) -> tuple[int, ...]:
        """Registers of a number, rounded for an integer; ValueError when it does not fit.

        Of a bit the register's other bits are 0.
        """
        if not isfinite(number):
            raise ValueError(f"wanted a finite number, got {number}")
        if self.name == "bool" or self.bit is not None:
            if number not in (0.0, 1.0):
                raise ValueError(f"{number:g} is neither 0 nor 1")
            return (self._word(int(number) << (self.bit or 0)),)
        value: float | int = number
        if not self.name.startswith("float"):
            value = round(number)
            low, high = self.limits
            if not low <= value <= high:
                raise ValueError(f"{number:g} does not fit {self.name} ({low:.0f} to {high:.0f})")
        elif self.name == "float32" and abs(number) > _FLOAT32:
            raise ValueError(f"{number:g} does not fit float32 (±{_FLOAT32:.4g})")
        raw = struct.pack(f">{_FORMATS[self.name]}", value)
        end = ">" if self.bytes == "big" else "<"
        found = struct.unpack(f"{end}{self.count}H", raw)
        return found if self.words == "big" else found[::-1]

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest of an integer type."""
        width = 16 * self.count
        if self.name.startswith("u"):
            return 0, 2**width - 1
        return -(2 ** (width - 1)), 2 ** (width - 1) - 1

    def _word(self, register: int) -> int:
        if self.bytes == "big":
            return register
        return (register & 0xFF) << 8 | register >> 8
