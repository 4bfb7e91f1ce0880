"""Registers grouped into as few readings as the protocol and the device allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from adapters.assets.modbus.register import TABLES, Register

#: most bits that one reading of coils may give (Modbus Application Protocol V1.1b3, 6.1)
_MOST_BITS = 2000


@dataclass(frozen=True)
class Reading:
    """One request: `count` registers or bits of a table from `address` on, and who wants them."""

    device: int
    table: str
    address: int
    count: int
    members: tuple[Register, ...]

    @property
    def bridged(self) -> bool:
        """Whether addresses are read along that nobody asked for."""
        asked = {a for m in self.members for a in range(m.address, m.end)}
        return len(asked) < self.count

    def part(self, register: Register, answer: Sequence[int]) -> Sequence[int]:
        """What belongs to a member."""
        first = register.address - self.address
        return answer[first : first + register.type.count]


def readings(registers: Sequence[Register], longest: int, bridge: int) -> list[Reading]:
    """Readings that give all registers: at most `longest` each, over gaps of at most `bridge`."""
    found = []
    ordered = sorted(registers, key=lambda r: (r.device, r.table, r.address, r.end))
    for (device, table), group in groupby(ordered, key=lambda r: (r.device, r.table)):
        bits = TABLES[table][0]
        most, gap = (_MOST_BITS, 16 * bridge) if bits else (longest, bridge)
        members: list[Register] = []
        first = end = 0
        for register in group:
            together = max(end, register.end) - first
            if members and (register.address > end + gap or together > most):
                found.append(Reading(device, table, first, end - first, tuple(members)))
                members = []
            if not members:
                first = end = register.address
            members.append(register)
            end = max(end, register.end)
        found.append(Reading(device, table, first, end - first, tuple(members)))
    return found


def halved(reading: Reading, longest: int) -> list[Reading]:
    """Smaller readings of a refused one: without its gaps, else half of its members each."""
    members = reading.members
    if len(members) == 1:
        return []
    if reading.bridged:
        return readings(members, longest, 0)
    middle = len(members) // 2
    return [r for half in (members[:middle], members[middle:]) for r in readings(half, longest, 0)]
