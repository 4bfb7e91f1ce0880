"""Files in the shapes utilities have; what is wrong is told without what stands there."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rami.core.errors import DataError
from rami.core.timegrid import NS, instant, iso
from rami.information.meters.files import read_files
from rami.information.meters.files import text as text_module
from rami.information.meters.files.cells import alike, numbers
from rami.information.meters.files.faults import Faults
from rami.information.meters.settings import MeterFiles, MeterRegister

ENERGY = {"energy": MeterRegister(quantity="energy", unit="MWh", column="Energi")}


def read(
    file: Path, registers: dict[str, MeterRegister] = ENERGY, register: str | None = None,
    **shape: Any,
) -> tuple[dict[tuple[str, str], float], Faults]:  # fmt: skip
    """Values by number and time of the first register, and the faults."""
    faults, found = Faults(), {}
    form = MeterFiles.model_validate({"id": "nr", "time": "tid", **shape})
    for chunk in read_files([file], form, registers, faults, register):
        name = next(iter(chunk.values))
        for meter, at, value in zip(chunk.meters, chunk.times, chunk.values[name], strict=True):
            if not np.isnan(value):
                key = chunk.numbers[meter].decode(), iso(int(at))
                assert key not in found
                found[key] = float(value)
    return found, faults


def test_long_with_decimal_commas_quotes_and_local_time(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(
        b"\xef\xbb\xbf"
        + '"nr";"tid";"Energi";"Sted"\r\n"0071";"01.07.2019 02:00";"1,25";"Ø"\r\n'
        '\r\n"0071";"01.07.2019 03:00";"";"Ø"\r\n'.encode()
    )
    found, faults = read(file, decimal=",", zone="Europe/Copenhagen")
    assert found == {("0071", "2019-07-01T00:00:00Z"): 1250.0}
    assert not faults.count


def test_wide_gz(tmp_path: Path) -> None:
    file = tmp_path / "a.csv.gz"
    file.write_bytes(gzip.compress(b"tid,m1,m2\n2019-01-01T00:00Z,1,2\n2019-01-01T01:00Z,,4\n"))
    found, _faults = read(file, shape="wide", register="energy")
    assert found == {
        ("m1", "2019-01-01T00:00:00Z"): 1000.0,
        ("m2", "2019-01-01T00:00:00Z"): 2000.0,
        ("m2", "2019-01-01T01:00:00Z"): 4000.0,
    }
    with pytest.raises(DataError, match="--register energy"):
        read(file, shape="wide")


@pytest.mark.parametrize("block", [40, 64, 1 << 20])
@pytest.mark.parametrize("by_meter", [True, False])
def test_the_hour_that_comes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, by_meter: bool
) -> None:
    """In any order and wherever the blocks are cut."""
    monkeypatch.setattr(text_module.blocks, "__defaults__", (block, b'"\r'))
    hours = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    rows = [(m, f"2019-10-27T{h}", i) for m in ("a", "b") for i, h in enumerate(hours)]
    if not by_meter:
        rows.sort(key=lambda row: row[2])
    file = tmp_path / "a.csv"
    file.write_text("nr;tid;Energi\n" + "".join(f"{m};{t};{i}\n" for m, t, i in rows))
    found, faults = read(file, zone="Europe/Berlin")
    first = instant("2019-10-26T23:30Z")
    wanted = {(m, iso(first + i * 1800 * NS)): 1000.0 * i for m in "ab" for i in range(6)}
    assert found == wanted
    assert not faults.count


def test_faults_name_file_and_line_and_no_cell(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "nr;tid;Energi\n"
        "60123400;2019-01-14T00:00Z;1\n"
        "60123401;2019-01-14T00:00Z;60123401\n"
        "2019-01-14T00:00Z;60123402;1\n"
        "60123403;2019-01-14T00:00Z;x60123403\n"
        "60123404;2019-01-14T00:00Z\n"
        ";2019-01-14T00:00Z;1\n"
        "60123406;2019-01-14T00:00;1\n"
    )
    found, faults = read(file)
    assert len(found) == 2
    with pytest.raises(DataError) as error:
        faults.raise_any("mend it")
    said = str(error.value)
    assert "6012340" not in said
    for line, what in ((4, "not a time stamp"), (5, "no number"), (6, "wanted 3 cells"),
                       (7, "no meter's number"), (8, "without zone")):  # fmt: skip
        assert any(f"a.csv:{line}" in part and what in part for part in said.splitlines()), line


def test_a_clock_hour_that_never_was(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("nr;tid;Energi\na;2019-03-31T02:30;1\n")
    assert read(file, zone="Europe/Berlin")[1].count == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("nr;tid\n".encode("utf-16"), "UTF-8"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (b"nr;tid\na;b\n", "no column 'Energi'"),
        (b"nr;tid;Energi;Energi\na;b;1;2\n", "'Energi' comes more than once"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=why):
        read(file)
    with pytest.raises(DataError, match="No such file"):
        read(tmp_path / "b.csv")


_WRITTEN = st.one_of(
    st.decimals(-(10**9), 10**9, allow_nan=False, places=6).map(str),
    st.integers(-(10**18), 10**18).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        ["", " 7", "-0.5", "+3", ".5", "5.", "1e3", "NA", "1_0", "--1", "1.2.3", "inf"]
    ),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_WRITTEN, min_size=1, max_size=30))
def test_numbers_are_those_of_python(cells: list[str]) -> None:
    data = np.frombuffer((";".join(cells) + ";").encode(), np.uint8)
    ends = np.flatnonzero(data == 59)
    starts = np.concatenate(([0], ends[:-1] + 1))
    values, wrong = numbers(data, starts, ends, ord("."))
    for cell, value, bad in zip(cells, values, wrong, strict=True):
        if cell in ("", "NA"):
            assert np.isnan(value)
            assert not bad
        elif cell in ("1_0", "--1", "1.2.3", "inf"):
            assert bad
        else:
            assert value == float(cell)
            assert not bad


@given(st.lists(st.text("0123456789abØ", max_size=40), min_size=1, max_size=40))
def test_alike_cells_are_found(cells: list[str]) -> None:
    data = np.frombuffer((";".join(cells) + ";").encode(), np.uint8)
    ends = np.flatnonzero(data == 59)
    starts = np.concatenate(([0], ends[:-1] + 1))
    distinct, which = alike(data, starts, ends)
    assert [distinct[i].decode() for i in which] == cells
    assert len(set(distinct)) == len(distinct)


def test_stamps_of_no_time_that_meters_were_read_at(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("nr;tid;Energi\na;9999-12-31T23:00Z;1\nb;1601-01-01T00:00Z;1\nc;2019-01-14;1\n")
    found, faults = read(file, zone="UTC")
    assert [number for number, _ in found] == ["c"]
    assert faults.count == 2


def test_names_of_groups_may_have_commas_and_umlauts(tmp_path: Path) -> None:
    from rami.information.meters.customers import read_customers
    from rami.information.meters.settings import MeterDataset
    from tests.information.meters.conftest import SETTINGS

    settings = MeterDataset.model_validate(SETTINGS)
    file = tmp_path / "c.csv"
    for encoding in ("utf-8", "latin-1"):
        text = 'meter_id,branch,building\r\nÆ1,"Nord, Øst",flat\r\n'
        file.write_bytes(text.encode(encoding))
        assert read_customers(file, settings, bytes.decode) == {"Æ1": ("Nord, Øst", "flat")}


@pytest.mark.parametrize("group", ["60123401", "flat 60123401", "060123400", "house-of-71000000"])
def test_numbers_in_names_of_groups_are_refused(tmp_path: Path, group: str) -> None:
    """With and without zeros in front, and of meters that came in before."""
    from rami.information.meters.customers import read_customers
    from rami.information.meters.settings import MeterDataset
    from tests.information.meters.conftest import SETTINGS

    file = tmp_path / "c.csv"
    file.write_text(f"meter_id;branch;building\n60123400;north;{group}\n0060123401;north;flat\n")
    settings = MeterDataset.model_validate(SETTINGS)
    known = {b"house-of-71000000", b"71000000"}
    with pytest.raises(DataError, match="number in its name") as error:
        read_customers(file, settings, bytes.decode, known.__contains__)
    assert "6012" not in str(error.value)


def test_customers_whose_groups_are_numbers_are_refused(tmp_path: Path) -> None:
    from rami.information.meters.customers import read_customers
    from rami.information.meters.settings import MeterDataset
    from tests.information.meters.conftest import SETTINGS

    file = tmp_path / "c.csv"
    file.write_text("meter_id;branch;building\n60123400;60123400;flat\n60123401;north;flat\n")
    with pytest.raises(DataError, match="number in its name") as error:
        read_customers(file, MeterDataset.model_validate(SETTINGS), lambda n: n.decode())
    assert "6012" not in str(error.value)
