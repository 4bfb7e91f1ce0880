"""The register map: every problem at once with its line; overlaps; readings grouped."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from adapters.assets.modbus.configuration import ModbusConfiguration
from adapters.assets.modbus.data_types import DataType
from adapters.assets.modbus.readings import halved, readings
from adapters.assets.modbus.register_map import Register, read_map
from rami.core.points import Direction, Point
from rami.integration.point_map import Conversion

POINTS = [
    Point("hp.P_el", "power"),
    Point("hp.T", "temperature"),
    Point("hp.u", "share", Direction.ACTUATED),
    Point("hp.on", "share", Direction.ACTUATED),
    Point("air.T", "temperature", Direction.DISTURBANCE),
]


def _declared(
    folder: Path, text: str, name: str = "map.csv", **more: object
) -> ModbusConfiguration:
    (folder / name).write_text(text, encoding="utf-8")
    return ModbusConfiguration.model_validate({"host": "plant", "registers": name, **more})


def test_all_problems_at_once_with_their_lines(tmp_path: Path) -> None:
    declared = _declared(
        tmp_path,
        "point,device,table,address,type,words,scale,unit,writable,invalid\n"
        "hp.P_el,300,input,70000,int8,,0,A,,\n"
        "hp.P_el,,input,3,,,,,,\n"
        "hp.Tt,,input,3,,,,,,\n"
        "hp.T,1,inputs,x,,,,,,\n"
        "hp.u,,input,5,float32,middle,one,,true,none\n"
        "hp.on,,coil,65535,int16,,,,maybe,\n",
    )
    problems, _ = declared.check_points(tmp_path, POINTS)
    told = [str(p) for p in problems]
    for line, words in [
        (2, "device is '300'; wanted a whole number, 0 to 255"),
        (2, "address is '70000'"),
        (2, "no type 'int8'; wanted one of int16, uint16"),
        (2, "scale is 0"),
        (2, "unit 'A' does not measure power; wanted one of kW, W, MW"),
        (3, "hp.P_el is mapped already, see map.csv:2"),
        (4, "the twin has no point 'hp.Tt'; hint: did you mean 'hp.T'?"),
        (5, "table is 'inputs'; wanted one of holding, input, coil, discrete"),
        (6, "words is 'middle'; wanted big or little"),
        (6, "scale is 'one'; wanted a number"),
        (6, "the table input cannot be written; wanted holding or coil"),
        (6, "invalid is 'none'"),
        (7, "the table coil holds bool"),
        (7, "writable is 'maybe'; wanted true or false"),
    ]:
        found = [t for t in told if t.startswith(f"map.csv:{line}:") and words in t]
        assert found, f"line {line}: {words}\n" + "\n".join(told)


def test_unmapped_points_are_told(tmp_path: Path) -> None:
    text = "hp.P_el: {table: input, address: 0x10, unit: W}\n"
    declared = _declared(tmp_path, text, "map.yaml", optional=["hp.o*"])
    problems, notes = declared.check_points(tmp_path, POINTS)
    assert [str(p) for p in problems] == [
        "map.yaml: 2 points are not in a register map: hp.T, hp.u; "
        "hint: map them, or name them under `optional`"
    ]
    assert [str(n) for n in notes] == [
        "map.yaml: 1 optional points are not in a register map: hp.on"
    ]


def test_units_scale_and_defaults(tmp_path: Path) -> None:
    declared = _declared(
        tmp_path,
        "point;table;address;scale;offset;unit\nhp.P_el;input;0x10;10;5;W\nhp.T;input;1;0.1;;K\n"
        "hp.u;holding;0;;;%\nhp.on;coil;7;;;\n",
        device=9,
        words="little",
    )
    power, temperature, share, switch = read_map(declared, tmp_path, POINTS).whole()
    assert (power.device, power.address, power.type) == (9, 16, DataType("int16", "little"))
    assert (power.to_canonical.factor, power.to_canonical.offset) == (0.01, 0.005)
    assert temperature.to_canonical == Conversion(0.1, -273.15)
    assert (share.writable, power.writable, switch.type.name) == (True, False, "bool")


def test_overlaps(tmp_path: Path) -> None:
    declared = _declared(
        tmp_path,
        "point,table,address,type\nhp.P_el,input,4,float32\nhp.T,input,5,int16\n"
        "hp.u,holding,4,uint32\nhp.on,holding,5,bit3\n",
    )
    problems, notes = declared.check_points(tmp_path, POINTS)
    assert ["map.csv:5" in str(p) and "overlaps hp.u" in str(p) for p in problems] == [True]
    assert ["map.csv:3" in str(n) and "overlaps hp.P_el" in str(n) for n in notes] == [True]


def test_bits_of_one_register_do_not_overlap(tmp_path: Path) -> None:
    declared = _declared(
        tmp_path,
        "point,table,address,type\nhp.P_el,input,4,\nhp.T,input,5,\n"
        "hp.u,holding,5,bit2\nhp.on,holding,5,bit3\n",
    )
    assert declared.check_points(tmp_path, POINTS) == ([], [])


def test_a_map_is_checked_without_pymodbus_and_numpy(tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text("point,table,address\nhp.P_el,input,0\n", encoding="utf-8")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from adapters.assets.modbus.configuration import ModbusConfiguration\n"
        "from rami.core.points import Point\n"
        "d = ModbusConfiguration.model_validate({'host': 'h', 'registers': 'map.csv'})\n"
        "assert d.check_points(Path(sys.argv[1]), [Point('hp.P_el', 'power')]) == ([], [])\n"
        "assert not {'pymodbus', 'numpy'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


_REGISTERS = st.lists(
    st.builds(
        lambda device, table, address, kind: Register(
            "", POINTS[0], device, table, address, DataType(kind), Conversion()
        ),
        st.sampled_from([1, 2]),
        st.sampled_from(["input", "holding"]),
        st.integers(0, 400),
        st.sampled_from(["int16", "float32", "float64", "bit1"]),
    ),
    max_size=40,
)


@given(_REGISTERS, st.integers(4, 125), st.integers(0, 20))
def test_readings_give_every_register(registers: list[Register], longest: int, bridge: int) -> None:
    plan = readings(registers, longest, bridge)
    assert sorted(map(id, (m for r in plan for m in r.members))) == sorted(map(id, registers))
    for reading in plan:
        assert reading.count <= longest
        cells = range(reading.address, reading.address + reading.count)
        for member in reading.members:
            assert reading.part(member, cells) == range(member.address, member.end)
    for first, second in pairwise(plan):
        if (first.device, first.table) == (second.device, second.table):
            end = first.address + first.count
            apart = second.address > end + bridge
            together = second.members[0].end - first.address > longest
            assert apart or together, "two readings where one would do"


@given(_REGISTERS)
def test_a_refused_reading_is_halved_down_to_single_registers(registers: list[Register]) -> None:
    queue, single = list(readings(registers, 125, 16)), 0
    while queue:
        reading = queue.pop()
        smaller = halved(reading, 125)
        members = [m for r in smaller for m in r.members]
        if smaller:
            assert sorted(map(id, members)) == sorted(map(id, reading.members))
        else:
            single += len(reading.members)
        queue += smaller
    assert single == len(registers)
