"""Where the points of an emulated PLC stand in its Modbus tables, and as what numbers."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from rami.core.points import Direction, Point, PointIndex

#: first address of a point; below it the PLC's own registers
FIRST = 16
#: holding register of the heartbeat
HEARTBEAT = 0
_FORMATS = {"uint16": ">H", "int16": ">h", "uint32": ">I", "int64": ">q", "float32": ">f"}
#: number that says "no value", by type
INVALID = {"int16": -(2**15), "int64": -(2**63)}


@dataclass(frozen=True)
class Register:
    """Value in canonical unit = scale x number; `place` is that of the point in its index."""

    name: str
    place: int
    address: int
    type: str
    scale: float
    unit: str
    writable: bool = False

    @property
    def count(self) -> int:
        """Registers it takes."""
        return struct.calcsize(_FORMATS[self.type]) // 2

    def encoded(self, value: float) -> tuple[int, ...]:
        """Registers of a value, high word first; NaN as what says that there is none."""
        if self.type == "float32":
            raw = struct.pack(">f", value)
        else:
            invalid = INVALID.get(self.type, 0)
            raw = struct.pack(
                _FORMATS[self.type], round(value / self.scale) if isfinite(value) else invalid
            )
        return struct.unpack(f">{self.count}H", raw)

    def decoded(self, registers: Sequence[int]) -> float:
        """The value that registers hold."""
        raw = struct.pack(f">{self.count}H", *registers)
        return float(struct.unpack(_FORMATS[self.type], raw)[0]) * self.scale


def laid_out(points: PointIndex) -> tuple[Register, ...]:
    """Registers of points, one behind the other from FIRST on."""
    found, address = [], FIRST
    for place, point in enumerate(points.points):
        kind, scale = _kind(point)
        writable = point.direction in (Direction.ACTUATED, Direction.DISTURBANCE)
        found.append(Register(point.name, place, address, kind, scale, point.unit, writable))
        address += found[-1].count
    return tuple(found)


def _kind(point: Point) -> tuple[str, float]:
    if point.direction is Direction.ACTUATED and (point.low, point.high) == (0.0, 1.0):
        return "uint16", 1e-4
    if point.quantity == "temperature" and point.direction is not Direction.DISTURBANCE:
        return "int16", 0.01
    # a float of 32 bits would lose the steps of a register that has grown
    return ("int64", 0.001) if point.quantity == "energy" else ("float32", 1.0)
