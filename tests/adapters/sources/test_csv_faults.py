"""Bad files: every fault at once, with its line."""

from pathlib import Path

import pytest

from adapters.sources.csv.configuration import CsvConfiguration
from rami.core.errors import DataError
from rami.core.timegrid import TimeGrid
from rami.information.series import Series
from tests.adapters.sources.conftest import Write

GRID = TimeGrid.of("2019-01-14T00:00Z", 3600, 4)


def _file(*rows: str, header: str = "time_utc,load_kW,price_da_EUR_per_MWh") -> str:
    return "\n".join([header, *rows]) + "\n"


def _hours(*cells: str) -> list[str]:
    return [f"2019-01-14T{i:02}:00Z,{cell}" for i, cell in enumerate(cells)]


def _faults(write: Write, text: str, *names: str, **options: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        write(text, **options).read(list(names) or ["load", "price_da"], GRID)
    return [str(p).rpartition("/")[2] for p in caught.value.problems]


def test_text_among_numbers(write: Write) -> None:
    faults = _faults(write, _file(*_hours("1,2", "x,2", "3,2", "4,1_0")))
    assert faults == [
        "data.csv:3: load: 'x' is not a number",
        "data.csv:5: price_da: '1_0' is not a number",
    ]


def test_gaps_name_their_rows(write: Write) -> None:
    text = _file(*_hours("1,2", ",2", "3,", "4,"), "2019-01-14T06:00Z,5,6")
    faults = _faults(write, text)
    assert faults[0].startswith(
        "data.csv:3: load: 1 values missing from 2019-01-14T01:00:00Z to 2019-01-14T02:00:00Z"
    )
    assert faults[1].startswith(
        "data.csv:4: price_da: 4 values missing from 2019-01-14T02:00:00Z to 2019-01-14T06:00:00Z; "
        "no gap is filled; hint: complete the file, or declare"
    )


def test_short_gaps_are_filled_where_declared(write: Write) -> None:
    text = _file(*_hours("1,2", ",2", "3,", "4,", "5,2"))
    gaps = {"longest": "1 h", "fill": "hold"}
    faults = _faults(write, text, gaps=gaps)
    assert len(faults) == 1
    assert "price_da: 2 values missing" in faults[0]
    assert "filled are at most 1 h" in faults[0]
    frame = write(text, gaps=gaps).read(["load"], GRID)
    assert frame["load"].tolist() == [1.0, 1.0, 3.0, 4.0]


def test_gaps_outside_the_period_do_not_matter(write: Write) -> None:
    text = _file(*_hours("1,2", "1,2", "3,2", "4,2", ",", ",", "5,2"))
    assert write(text).read(["load"], GRID)["load"].tolist() == [1.0, 1.0, 3.0, 4.0]


def test_repeated_and_unsorted_times(write: Write) -> None:
    rows = _hours("1,2", "1,2", "3,2", "4,2")
    assert _faults(write, _file(*rows, rows[1])) == [
        "data.csv:6: time 2019-01-14T01:00:00Z was already given in line 3; "
        "hint: keep one row per interval"
    ]
    faults = _faults(write, _file(rows[0], rows[2], rows[1], rows[3]))
    assert faults == [
        "data.csv:4: time 2019-01-14T01:00:00Z is earlier than the row above "
        "(2019-01-14T02:00:00Z); hint: sort the file by time"
    ]


def test_times_off_the_raster(write: Write) -> None:
    rows = _hours("1,2", "1,2", "3,2", "4,2")
    faults = _faults(write, _file(*rows, "2019-01-14T04:05Z,5,5"))
    assert "data.csv:6: time 2019-01-14T04:05:00Z is off the raster of 60 min" in faults[0]


def test_period_not_covered(write: Write) -> None:
    faults = _faults(write, _file(*_hours("1,2", "1,2", "3,2")))
    assert faults == [
        "data.csv: covers 2019-01-14T00:00:00Z to 2019-01-14T03:00:00Z, wanted "
        "2019-01-14T00:00:00Z to 2019-01-14T04:00:00Z; hint: give a file of that period, "
        "or choose a period that the file covers"
    ]


def test_decimal_commas(write: Write) -> None:
    split = _faults(write, _file("2019-01-14T00:00Z,1,5,2"))
    assert split[0].startswith("data.csv:2: 4 cells, wanted 3 as in the header; hint: a decimal")
    quoted = _file(*_hours('"1,5",2', '"2,5",2', "3,2", "4,2"))
    assert write(quoted).read(["load"], GRID)["load"].tolist() == [1.5, 2.5, 3.0, 4.0]
    mixed = _file(*_hours('"1,5",2.5', '"2,5",2', "3,2", "4,2"))
    assert "declare decimal" in _faults(write, mixed)[0]
    declared = _faults(write, mixed, decimal=".")
    assert declared[0] == "data.csv:2: load: '1,5' is not a number; hint: declare decimal: ','"
    thousands = _faults(write, _file(*_hours('"1.234,5",2', "1,2", "1,2", "1,2")), decimal=",")
    assert thousands == ["data.csv:2: load: '1.234,5' is not a number"]


def test_commas_that_may_part_thousands(write: Write) -> None:
    header = "time_utc;load_kW;price_da_EUR_per_MWh"
    text = _file(
        *(h.replace(",", ";", 1) for h in _hours("7;9", "2,331;-1,000", "12,000;8", "9;9"))
    )
    text = text.replace("time_utc,load_kW,price_da_EUR_per_MWh", header)
    faults = _faults(write, text)
    assert [f.partition(" may")[0] for f in faults] == [
        "data.csv:3: column 'load_kW': '2,331'",
        "data.csv:3: column 'price_da_EUR_per_MWh': '-1,000'",
    ]
    assert "declare decimal: ','" in faults[0]
    assert write(text, decimal=",").read(["load"], GRID)["load"].tolist() == [7, 2.331, 12, 9]
    for clear in ("2,33", "0,331", "2331,000"):
        frame = write(text.replace("2,331", clear)).read(["load"], GRID)
        assert frame["load"][1] == float(clear.replace(",", "."))


def test_wrong_columns_all_at_once(write: Write) -> None:
    text = _file(
        *_hours("1,2", "1,2", "3,2", "4,2"), header="time_utc,load_kW,price_da_USD_per_MWh"
    )
    faults = _faults(write, text, "lod", "price_da", "temp_air")
    assert (
        "data.csv:1: column 'price_da_USD_per_MWh' has no unit of energy price; "
        "hint: wanted price_da_ and one of EUR_per_kWh, EUR_per_MWh, ct_per_kWh"
    ) in faults
    assert any("no series 'lod'; hint: did you mean 'load'?" in f for f in faults)
    assert any("no series 'temp_air'" in f for f in faults)
    assert len(faults) == 3


def test_units_that_do_not_fit(write: Write) -> None:
    text = _file(*_hours("1,2", "1,2"), header="time_utc,temp_air_kW,load")
    faults = _faults(write, text, "temp_air", "load")
    assert "temp_air: unit 'kW' does not fit; hint: wanted a unit of temperature" in faults[0]
    assert "column 'load' has no unit" in faults[1]
    mapped = {"load": {"column": "lood", "unit": "kW"}}
    assert (
        "no column 'lood'; hint: did you mean 'load'?"
        in _faults(write, text, "load", columns=mapped)[0]
    )


def test_many_faults_are_counted(write: Write) -> None:
    rows = [f"2019-01-{d:02}T{h:02}:00Z,oops,1" for d in (14, 15) for h in range(24)]
    faults = _faults(write, _file(*rows))
    assert len(faults) == 11
    assert faults[-1].endswith("text among the numbers: 38 more, the last in line 49")


def test_not_a_time(write: Write) -> None:
    faults = _faults(write, _file("2019-01-14T00:00Z,1,1", "yesterday,1,1", "14.13.2019 00:00,1,1"))
    assert [f.split(":")[1] for f in faults] == ["3", "4"]
    assert "wanted ISO 8601 or 31.12.2019 23:45" in faults[0]


def test_files_that_are_no_tables(write: Write, tmp_path: Path) -> None:
    assert "holds no data rows" in _faults(write, "")[0]
    assert "holds no data rows" in _faults(write, "time_utc,load_kW\n")[0]
    assert "one row only" in _faults(write, _file("2019-01-14T00:00Z,1,1"))[0]
    assert "no time column 'when'" in _faults(write, _file(*_hours("1,2", "1,2")), time="when")[0]
    (tmp_path / "prices.csv").write_bytes("Z\u00e4hler".encode("latin-1"))
    with pytest.raises(DataError, match="is not utf-8 text; hint: name the file's encoding"):
        CsvConfiguration.model_validate({"files": ["prices.csv"]}).open(tmp_path, {}).describe()
    two = CsvConfiguration.model_validate({"files": ["price.csv", "loads.csv"]})
    with pytest.raises(DataError) as caught:
        two.open(tmp_path, {}).describe()
    assert len(caught.value.problems) == 2
    assert caught.value.problems[0].hint == "did you mean 'prices.csv'?"


def test_series_in_two_files(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(_file(*_hours("1,2", "1,2", "1,2", "1,2")))
    source = CsvConfiguration.model_validate({"files": ["a.csv", "b.csv"]}).open(
        tmp_path, {"load": Series("load", "power")}
    )
    with pytest.raises(DataError, match="series 'load' is in several files"):
        source.read(["load"], GRID)
