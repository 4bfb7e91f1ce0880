"""Files in the shapes people really have."""

import gzip
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.sources.csv.configuration import CsvConfiguration
from rami.core.errors import DataError, Problem
from rami.core.quality import Family, Reason, is_bad, is_good, quality
from rami.core.timegrid import NS, TimeGrid, instant, iso
from rami.information.source import foresight
from rami.information.table.source import TableSource
from tests.adapters.sources.conftest import Write

GRID = TimeGrid.of("2019-01-14T00:00Z", 3600, 3)
ROWS = "2019-01-14T00:00Z,1\n2019-01-14T01:00Z,2\n2019-01-14T02:00Z,3\n"


def _of(folder: Path, **file: object) -> TableSource:
    source = CsvConfiguration.model_validate({"files": [file]}).open(folder, {})
    assert isinstance(source, TableSource)
    return source


def _problems(source: TableSource, *names: str, grid: TimeGrid = GRID) -> Sequence[Problem]:
    with pytest.raises(DataError) as caught:
        source.read(list(names) or ["load"], grid)
    return caught.value.problems


def _faults(source: TableSource, *names: str, grid: TimeGrid = GRID) -> list[str]:
    """Problems without the folder of the file."""
    folder = re.compile(r"/\S*/")
    return [folder.sub("", str(p)) for p in _problems(source, *names, grid=grid)]


@pytest.mark.parametrize("quote", ["", '"'])
def test_preamble_comments_and_a_row_of_units(write: Write, quote: str) -> None:
    text = (
        "Export of plant 7;;\nmade 2019-02-01\n# do not edit\n"
        f"Zeit;{quote}load{quote};temp_air\n;[MW];°C\n"
        "# night\n14.01.2019 01:00;1,5;-1\n14.01.2019 02:00;2;-2\n\n14.01.2019 03:00;3;-3\n;;\n"
    )
    source = write(text, preamble=2, units_row=True, zone="Europe/Berlin")
    frame = source.read(["load", "temp_air"], GRID)
    assert frame["load"].tolist() == [1500.0, 2000.0, 3000.0]
    assert frame["temp_air"].tolist() == [-1.0, -2.0, -3.0]
    wrong = write(text.replace("2;-2", "x;-2"), preamble=2, units_row=True, zone="Europe/Berlin")
    assert _faults(wrong) == ["data.csv:8: load: 'x' is not a number"]


def test_lines_before_the_header_are_suspected(write: Write) -> None:
    faults = _faults(write("Export of plant 7\ntime,load_kW\n" + ROWS))
    assert faults == [
        "data.csv:1: one column only: 'Export of plant 7'; hint: declare separator, "
        "or how many lines precede the header: preamble: 5"
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_encodings(write: Write, encoding: str) -> None:
    text = "Zeit,load_kW,Außen [°C]\n" + ROWS.replace("\n", ",4\n")
    marked = encoding in ("utf-8-sig", "utf-16")  # a byte order mark says it
    source = write(text, encoding, **({} if marked else {"encoding": encoding}))
    frame = source.read(["load", "Außen"], GRID)
    assert frame["load"].tolist() == [1.0, 2.0, 3.0]
    assert frame["Außen"].tolist() == [4.0] * 3
    if encoding == "latin-1":
        with pytest.raises(DataError, match="is not utf-8 text; hint: name the file's encoding"):
            write(text, encoding).describe()


def test_packed_files(tmp_path: Path) -> None:
    text = "time,load_kW\n" + ROWS
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("inner.csv", text)
    for name in ("a.csv.gz", "a.zip"):
        assert _of(tmp_path, file=name).read(["load"], GRID)["load"].tolist() == [1, 2, 3]
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as packed:
        packed.writestr("other.csv", text)
    assert "a.zip: holds 2 files: inner.csv, other.csv" in _faults(_of(tmp_path, file="a.zip"))[0]
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode())[:-20])
    assert "a.csv.gz: cannot be unpacked" in _faults(_of(tmp_path, file="a.csv.gz"))[0]


def test_days_and_months_in_doubt(write: Write) -> None:
    text = "time,load_kW\n03/04/2019 00:00,1\n03/04/2019 01:00,2\n"
    (first, _) = _problems(write(text, zone="UTC"))
    assert first.what.endswith("day 3 of month 4, or day 4 of month 3?")
    assert first.hint == "declare time_format: '%d/%m/%Y %H:%M' or '%m/%d/%Y %H:%M'"
    for day, form in (("13/04", "%d/%m/%Y"), ("03/14", "%m/%d/%Y")):
        (first, _) = _problems(write(text.replace("03/04", day), zone="UTC"))
        assert first.hint == f"declare time_format: '{form} %H:%M'"
    source = write(text, zone="UTC", time_format="%d/%m/%Y %H:%M")
    april = TimeGrid.of("2019-04-03T00:00Z", 3600, 2)
    assert source.read(["load"], april)["load"].tolist() == [1.0, 2.0]


def test_date_and_time_in_columns_of_their_own(write: Write) -> None:
    text = "Uhrzeit;Datum;load_kW\n01:00;14.01.2019;1\n02:00;14.01.2019;2\n03:00;14.01.2019;3\n"
    source = write(text, date="Datum", time="Uhrzeit", zone="Europe/Berlin")
    assert source.read(["load"], GRID)["load"].tolist() == [1.0, 2.0, 3.0]
    quoted = text.replace("01:00;", '"01:00";')
    slow = write(quoted, date="Datum", time="Uhrzeit", zone="Europe/Berlin")
    assert slow.read(["load"], GRID)["load"].tolist() == [1.0, 2.0, 3.0]
    assert "no time column 'Tag'" in _faults(write(text, date="Tag", time="Uhrzeit", zone="UTC"))[0]


@pytest.mark.parametrize(("unit", "digits"), [("s", 0), ("ms", 3), ("us", 6), ("ns", 9)])
def test_seconds_since_1970(write: Write, unit: str, digits: int) -> None:
    stamps = [(GRID.start_ns // NS + 3600 * i) * 10**digits for i in range(3)]
    text = "t,load_kW\n" + "".join(f"{t},{i}\n" for i, t in enumerate(stamps))
    source = write(text, time_format=f"epoch_{unit}")
    assert source.read(["load"], GRID)["load"].tolist() == [0.0, 1.0, 2.0]
    assert "declare what it counts: time_format: epoch_s" in _faults(write(text, zone="UTC"))[0]


def test_status_columns(write: Write) -> None:
    text = "time,load_kW,ok\n" + "".join(
        f"2019-01-14T0{h}:00Z,{v},{s}\n" for h, v, s in ((0, 1, "Good"), (1, 2, "estimated"))
    )
    columns = {"load": {"column": "load_kW", "unit": "kW", "status": "ok"}}
    frame = write(text, columns=columns).read(["load"], GRID.part(0, 2))
    assert frame["load"].tolist() == [1.0, 2.0]
    assert frame.quality[:, 0].tolist() == [0, quality(Family.UNCERTAIN)]
    bad = text.replace("estimated", "fault") + "2019-01-14T02:00Z,3,good\n"
    assert "data.csv:3: load: 1 values missing" in _faults(write(bad, columns=columns))[0]
    filled = write(bad, columns=columns, gaps={"longest": "1 h"}).read(["load"], GRID)
    assert filled["load"].tolist() == [1.0, 2.0, 3.0]
    assert not is_good(filled.quality)[1, 0]
    numbered = write(bad, columns=columns, good=["good", "fault"]).read(["load"], GRID)
    assert is_good(numbered.quality).all()
    absent = {"load": {"column": "load_kW", "unit": "kW", "status": "oc"}}
    assert "no column 'oc'" in _faults(write(text, columns=absent), grid=GRID.part(0, 2))[0]


def _register(*readings: object) -> str:
    return "time_utc,heat,n\n" + "".join(
        f"2019-01-14T{h:02}:00:00Z,{r},{h}\n" for h, r in enumerate(readings)
    )


REGISTER = {"P_th": {"column": "heat", "unit": "MWh", "register": True}}


def test_registers_become_powers(write: Write) -> None:
    source = write(_register(10, 10.5, 10.5, 12), columns=REGISTER)
    frame = source.read(["P_th"], GRID)
    assert frame.units == ("kW",)
    assert frame["P_th"].tolist() == [500.0, 0.0, 1500.0]
    ended = write(_register(10, 10.5, 10.5, 12), columns=REGISTER, stamp="end")
    assert ended.read(["P_th"], GRID)["P_th"].tolist() == [500.0, 0.0, 1500.0]
    missing = write(_register(10, "", 11, 12), columns=REGISTER).read(["P_th"], GRID)
    assert missing["P_th"].tolist() == [500.0, 500.0, 1000.0]  # exact in sum
    assert is_good(missing.quality)[:, 0].tolist() == [False, False, True]
    assert int(missing.quality[0, 0]) & int(Reason.FILLED)


def test_a_register_that_falls_is_a_gap(write: Write) -> None:
    source = write(_register(10, 11, 0.5, 1, 2), columns=REGISTER)
    assert (
        "data.csv:3: P_th: 1 values missing from 2019-01-14T01:00:00Z" in _faults(source, "P_th")[0]
    )
    filled = write(_register(10, 11, 0.5, 1, 2), columns=REGISTER, gaps={"longest": "1 h"})
    assert filled.read(["P_th"], GRID)["P_th"].tolist() == [1000.0, 750.0, 500.0]


def test_volume_and_mass_registers(write: Write) -> None:
    columns = {
        "flow": {"column": "heat", "unit": "l", "register": True},
        "mass": {"column": "n", "unit": "kg", "register": True},
    }
    frame = write(_register(0, 100, 300, 300), columns=columns).read(["flow", "mass"], GRID)
    assert frame.units == ("m3/h", "kg/s")
    assert frame["flow"] == pytest.approx([0.1, 0.2, 0.0])
    assert frame["mass"] == pytest.approx([1 / 3600] * 3)
    wrong = {"P_th": {"column": "heat", "unit": "m3", "register": True}}
    assert "unit 'm3' does not fit" in _faults(write(_register(1, 2), columns=wrong), "P_th")[0]


def test_the_register_of_a_real_meter(shared_data: Path) -> None:
    file = shared_data / "heat_meter_aalborg_660_2018_2020_hourly.csv"
    columns = {"P_th": {"column": "energy_register_kWh", "unit": "kWh", "register": True}}
    source = _of(shared_data, file=file.name, columns=columns, gaps={"longest": "3 h"})
    week = TimeGrid.of("2018-01-08T00:00Z", 900, 96 * 7)
    energy = source.read(["P_th"], week)["P_th"].sum() * week.step_h
    rows = dict(line.split(",")[:2] for line in file.read_text().splitlines())
    ends = [float(rows[t]) for t in ("2018-01-08T00:00:00Z", "2018-01-15T00:00:00Z")]
    assert energy == pytest.approx(ends[1] - ends[0])


def _long(unit: bool = True) -> str:
    rows = ["zeit;name;wert;einheit;status"]
    for hour in range(4):
        at = f"14.01.2019 {hour:02}:00"
        rows.append(f"{at};load;{hour},5;MW;ok")
        if hour % 2 == 0:
            rows.append(f"{at};Aussen;{hour};°C;ok")
    text = "\n".join(rows) + "\n"
    return text if unit else text.replace(";load;", ";load_MW;").replace(";Aussen;", ";temp_air;")


LONG = {"signal": "name", "value": "wert", "unit": "einheit"}


def test_long_form(write: Write) -> None:
    columns = {"temp_air": {"column": "Aussen", "unit": "degC"}}
    source = write(_long(), long=LONG, columns=columns, zone="UTC")
    frame = source.read(["temp_air", "load"], GRID)
    assert frame["load"].tolist() == [500.0, 1500.0, 2500.0]
    assert frame["temp_air"].tolist() == [0.0, 1.0, 2.0]  # every 2 h, on its own raster
    assert frame.units == ("degC", "kW")
    assert set(source.describe()) == {"temp_air", "load", "Aussen"}
    bare = {"signal": "name", "value": "wert"}
    named = write(_long(False), long=bare, columns=columns, zone="UTC")
    assert named.read(["load"], GRID)["load"].tolist() == [500.0, 1500.0, 2500.0]


def test_faults_of_long_form(write: Write) -> None:
    text = _long().replace("1,5;MW", "x;MW").replace("2,5;MW;ok", "2,5;kW;ok")
    assert (
        "signal 'load' has several units: MW, kW" in _faults(write(text, long=LONG, zone="UTC"))[0]
    )
    text = _long().replace("1,5;MW", "x;MW")
    assert "data.csv:4: load: 'x' is not a number" in _faults(write(text, long=LONG, zone="UTC"))
    assert "no column 'tag'" in _faults(write(text, long={**LONG, "signal": "tag"}, zone="UTC"))[0]
    with_status = {**LONG, "status": "status"}
    text = _long().replace("1,5;MW;ok", "1,5;MW;defekt")
    assert (
        "data.csv:4: load: 1 values missing"
        in _faults(write(text, long=with_status, zone="UTC"))[0]
    )


def test_monthly_files(tmp_path: Path) -> None:
    for month, start in ((1, "2019-01-31T22:00Z"), (2, "2019-02-01T00:00Z")):
        times = TimeGrid.of(start, 3600, 2).times()
        rows = [f"{iso(t)},{month}" for t in times.tolist()]
        (tmp_path / f"2019-0{month}.csv").write_text("time,load_kW\n" + "\n".join(rows) + "\n")
    source = _of(tmp_path, file="2019-*.csv")
    grid = TimeGrid.of("2019-01-31T22:00Z", 3600, 4)
    assert source.read(["load"], grid)["load"].tolist() == [1, 1, 2, 2]
    second = tmp_path / "2019-02.csv"
    second.write_text(second.read_text().replace(",2\n", ",zwei\n"))
    assert _faults(_of(tmp_path, file="2019-*.csv"), grid=grid) == [
        "2019-02.csv:2: load: 'zwei' is not a number",
        "2019-02.csv:3: load: 'zwei' is not a number",
    ]
    second.write_text("time,load_kW\n2019-01-31T23:00Z,2\n")
    assert (
        "2019-02.csv:2: time 2019-01-31T23:00:00Z was already given in line 3 of 2019-01.csv"
    ) in _faults(_of(tmp_path, file="2019-*.csv"), grid=grid)[0]
    second.write_text("time,last_kW\n2019-01-31T23:00Z,2\n")
    assert "load_kW; hint: list it" in _faults(_of(tmp_path, file="2019-*.csv"), grid=grid)[0]
    with pytest.raises(DataError, match="no file matches"):
        _of(tmp_path, file="2020-*.csv").describe()
    with pytest.raises(ValueError, match="no file matches"):
        CsvConfiguration.model_validate({"files": ["2020-*.csv"]}, context={"folder": tmp_path})
    CsvConfiguration.model_validate({"files": ["2019-*.csv"]}, context={"folder": tmp_path})


def test_issue_times(write: Write) -> None:
    text = "issued,time_utc,load_kW\n" + "".join(
        f"2019-01-14T0{i}:00,2019-01-14T0{h}:00,{10 * i + h}\n"
        for i in range(2)
        for h in range(i, 3)
    )
    source = write(text, issued="issued", time="time_utc")
    assert source.read(["load"], GRID)["load"].tolist() == [0.0, 11.0, 12.0]  # the last issue
    known = source.read_issued(["load"], GRID, instant("2019-01-14T00:30Z"))
    assert known["load"].tolist() == [0.0, 1.0, 2.0]
    assert foresight(known) == ()
    none = source.read_issued(["load"], GRID, GRID.start_ns - 1)
    assert is_bad(none.quality).all()
    plain = write("time,load_kW\n" + ROWS).read_issued(["load"], GRID, 0)
    assert foresight(plain) == ("load",)
    with pytest.raises(ValueError, match="a register has no issue times"):
        write(text, issued="issued", columns=REGISTER)
