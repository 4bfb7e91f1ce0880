"""Where one value stands in the tables of a Modbus device."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.assets.modbus.data_types import DataType
from rami.core.points import Point
from rami.integration.point_map import Conversion

#: table -> whether it holds single bits, whether it can be written
TABLES = {
    "holding": (False, True),
    "input": (False, False),
    "coil": (True, True),
    "discrete": (True, False),
}


@dataclass(frozen=True)
class Register:
    """Where one point stands; its number leads to the canonical value by `to_canonical`.

    `address` counts from 0, as the protocol does. `invalid` is the number by which the device
    says that it has no value. `optional`: the device may lack it.
    """

    where: str
    point: Point
    device: int
    table: str
    address: int
    type: DataType
    to_canonical: Conversion
    invalid: float | None = None
    writable: bool = False
    optional: bool = False

    @property
    def end(self) -> int:
        """First address behind it."""
        return self.address + self.type.count

    def overlaps(self, other: Register) -> bool:
        """Whether both stand on one register."""
        same = (self.device, self.table) == (other.device, other.table)
        return same and self.address < other.end and other.address < self.end

    @property
    def place(self) -> str:
        """In words."""
        return f"device {self.device}, {self.table} {self.address}"
