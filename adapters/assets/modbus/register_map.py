"""A register map against the points of a twin: what stands where, and all that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.assets.modbus.data_types import BITS, TYPES, DataType
from adapters.assets.modbus.register import TABLES, Register
from rami.core.errors import Problem
from rami.core.points import Direction, Point
from rami.integration.map_rows import MapForm
from rami.integration.mapped import Mapped
from rami.integration.point_map import Conversion, PointRow, conversion, read_points, switch

if TYPE_CHECKING:
    from adapters.assets.modbus.configuration import ModbusConfiguration

FORM = MapForm(
    "a register map",
    keys=(
        *("device", "table", "address", "type", "words", "bytes", "scale", "offset", "unit"),
        *("invalid", "writable", "optional"),
    ),
    needed=("table", "address"),
)
_LAST = 65535
_TYPES = ", ".join([t for t in TYPES if t not in BITS] + [f"{BITS[0]} to {BITS[-1]}"])


def read_map(
    declared: ModbusConfiguration, folder: Path, points: Sequence[Point]
) -> Mapped[Register]:
    """The registers of a twin's points; ConfigurationError when there is nothing to be read."""
    shown = str(declared.registers)
    rows, problems, notes = read_points(
        folder / declared.registers, shown, points, FORM, declared.optional
    )
    found: Mapped[Register] = Mapped([], problems, notes)
    for row in rows:
        wrong: list[str] = []
        register = _register(declared, row, wrong)
        found.tell(row, wrong)
        if register is not None and not wrong:
            found.entries.append(register)
    for first, second in _overlaps(found.entries):
        what = (
            f"{second.point.name} ({second.place}) overlaps {first.point.name} "
            f"({first.place}), see {first.where}"
        )
        written = first.writable or second.writable
        (found.problems if written and not _bits(first, second) else found.notes).append(
            Problem(second.where, what, "a register that is written has one point")
            if written
            else Problem(second.where, what)
        )
    heartbeat = heartbeat_register(declared)
    if heartbeat is not None:
        found.problems += [
            Problem(one.where, f"{one.point.name} ({one.place}) is where the heartbeat is written")
            for one in found.entries
            if one.overlaps(heartbeat)
        ]
    return found


def heartbeat_register(declared: ModbusConfiguration) -> Register | None:
    """Where the heartbeat is written."""
    wanted = declared.heartbeat
    if wanted is None:
        return None
    device = declared.device if wanted.device is None else wanted.device
    name = "bool" if wanted.table == "coil" else wanted.type
    kind = DataType(name, declared.words, declared.bytes)
    point = Point("heartbeat", "share", Direction.ACTUATED)
    where = f"{declared.registers}: heartbeat"
    conversion = Conversion()
    return Register(where, point, device, wanted.table, wanted.address, kind, conversion)


def _register(declared: ModbusConfiguration, row: PointRow, wrong: list[str]) -> Register | None:
    words, point = row.words, row.point
    optional = switch(row, "optional", False, wrong)
    if optional and "table" not in words and "address" not in words:
        return None
    table = words.get("table", "")
    kind = words.get("type", "bool" if TABLES.get(table, (False,))[0] else "int16")
    if table not in TABLES:
        wrong.append(f"table is {table!r}; wanted one of {', '.join(TABLES)}")
        table = "coil" if kind == "bool" else "holding"
    if kind not in TYPES:
        wrong.append(f"no type {kind!r}; wanted one of {_TYPES}")
        kind = "bool" if TABLES[table][0] else "int16"
    single, can_be_written = TABLES[table]
    device = _whole(words.get("device", str(declared.device)), "device", 255, wrong)
    address = _whole(words.get("address", ""), "address", _LAST, wrong)
    if single != (kind == "bool"):
        what = "bool" if single else "no bool; wanted e.g. int16, or bit0 of a register"
        wrong.append(f"the table {table} holds {what}")
    orders = {}
    for key, default in (("words", declared.words), ("bytes", declared.bytes)):
        orders[key] = words.get(key, default)
        if orders[key] not in ("big", "little"):
            wrong.append(f"{key} is {orders[key]!r}; wanted big or little")
    actuated = point.direction is Direction.ACTUATED
    writable = switch(row, "writable", actuated, wrong)
    if writable and not can_be_written:
        wrong.append(f"the table {table} cannot be written; wanted holding or coil")
    found = DataType(kind, orders["words"], orders["bytes"])
    if address + found.count > _LAST + 1:
        wrong.append(f"address {address} leaves no room for {kind}")
    return Register(
        row.where,
        point,
        device,
        table,
        address,
        found,
        conversion(row, wrong),
        _invalid(words.get("invalid"), wrong),
        writable,
        optional,
    )


def _whole(word: str, key: str, high: int, wrong: list[str]) -> int:
    try:
        value = int(word, 0)
    except ValueError:
        value = -1
    if not 0 <= value <= high:
        wrong.append(f"{key} is {word!r}; wanted a whole number, 0 to {high}")
        return 0
    return value


def _invalid(word: str | None, wrong: list[str]) -> float | None:
    if word is None:
        return None
    try:
        return float(int(word, 0))
    except ValueError:
        pass
    try:
        return float(word)
    except ValueError:
        wrong.append(f"invalid is {word!r}; wanted a number as the register holds it")
        return None


def _overlaps(registers: Sequence[Register]) -> list[tuple[Register, Register]]:
    """Neighbours that share a register, by address; different bits of one do not."""
    ordered = sorted(registers, key=lambda r: (r.device, r.table, r.address, r.type.name))
    found = []
    reach: Register | None = None
    for register in ordered:
        if reach is None or (reach.device, reach.table) != (register.device, register.table):
            reach = register
            continue
        different = _bits(reach, register) and reach.type.bit != register.type.bit
        if register.address < reach.end and not different:
            found.append((reach, register))
        if register.end >= reach.end:
            reach = register
    return found


def _bits(first: Register, second: Register) -> bool:
    return None not in (first.type.bit, second.type.bit) and first.type.bit != second.type.bit
