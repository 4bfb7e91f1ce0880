"""Any frame, written in any of the shapes, reads back equal; both readers of text agree."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sources.csv.configuration import CsvConfiguration, CsvFile
from adapters.sources.csv.plain import PlainTable
from adapters.sources.csv.source import csv_source
from adapters.sources.csv.table import read_table
from adapters.sources.parquet.configuration import ParquetConfiguration
from rami.core.errors import DataError
from rami.core.frame import Frame
from rami.core.timegrid import NS, TimeGrid, instant, iso, moment

BERLIN = ZoneInfo("Europe/Berlin")
NAMES = ("P_a", "temp_air", "q")
UNITS = ("kW", "degC", "%")

numbers = st.one_of(
    st.floats(-1e6, 1e6).map(lambda x: round(x, 3)),
    st.floats(-1e12, 1e12, allow_subnormal=False),
    st.integers(-(10**9), 10**9).map(float),
)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Values as a file could hold them, over days with and without a clock change."""
    day = draw(st.sampled_from(["2019-01-14", "2019-03-30", "2019-10-26", "2019-12-31"]))
    start = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
    step = draw(st.sampled_from([900, 1800, 3600]))
    count = draw(st.integers(2, 60)) if step > 900 else draw(st.integers(100, 130))
    values = draw(st.lists(st.tuples(numbers, numbers, numbers), min_size=count, max_size=count))
    return Frame(TimeGrid.of(start, step, count), NAMES, UNITS, np.array(values))


def _text(value: float, decimal: str) -> str:
    return repr(value).replace(".", decimal)


def _stamps(grid: TimeGrid, form: str, end: bool) -> list[str]:
    times = (grid.times() + (grid.step_ns if end else 0)).tolist()
    if form == "utc":
        return [iso(t) for t in times]
    local = [moment(t).astimezone(BERLIN) for t in times]
    if form == "offset":
        return [t.isoformat() for t in local]
    if form == "epoch_ms":
        return [str(t // (NS // 1000)) for t in times]
    return [f"{t:%d.%m.%Y %H:%M}" for t in local]


shapes = st.fixed_dictionaries(
    {
        "separator": st.sampled_from([";", "\t"]),
        "decimal": st.sampled_from([".", ","]),
        "form": st.sampled_from(["utc", "offset", "local", "date", "epoch_ms"]),
        "end": st.booleans(),
        "long": st.booleans(),
        "quoted": st.booleans(),
        "packed": st.booleans(),
        "units": st.booleans(),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
        "newline": st.sampled_from(["\n", "\r\n"]),
        "preamble": st.sampled_from(["", "# Größe\n", "Größe; 1\n\n"]),
    }
)


def _written(frame: Frame, shape: dict[str, object], folder: Path) -> dict[str, object]:
    """Write a frame; returns the declaration of the file."""
    separator, decimal = str(shape["separator"]), str(shape["decimal"])
    form, long, units = str(shape["form"]), bool(shape["long"]), bool(shape["units"])
    stamps = _stamps(frame.grid, form, bool(shape["end"]))
    declared: dict[str, object] = {
        "file": "data.csv",
        "stamp": "end" if shape["end"] else "start",
        "step": f"{frame.grid.step_s} s",
        "decimal": decimal,
        "separator": "tab" if separator == "\t" else ";",
        "time": "Zeit",
        "zone": "Europe/Berlin",
    }
    titles = ["Zeit"]
    cells = [[s] for s in stamps]
    if form == "date":
        titles, cells = ["Tag", "Zeit"], [s.split(" ") for s in stamps]
        declared["date"] = "Tag"
    elif form == "epoch_ms":
        declared["time_format"] = "epoch_ms"
    rows: list[list[str]] = []
    if long:
        titles += ["name", "wert", "einheit"]
        declared["long"] = {"signal": "name", "value": "wert", "unit": "einheit"}
        for j, name in enumerate(frame.names):
            for at, value in zip(cells, frame.values[:, j].tolist(), strict=True):
                rows.append([*at, name, _text(value, decimal), UNITS[j].replace("deg", "°")])
    else:
        extra = [""] * len(titles)
        titles += (
            list(frame.names)
            if units
            else [f"{n} [{u}]" for n, u in zip(NAMES, UNITS, strict=True)]
        )
        if units:
            declared["units_row"] = True
            rows.append([*extra, *UNITS])
        for at, values in zip(cells, frame.values.tolist(), strict=True):
            rows.append([*at, *(_text(v, decimal) for v in values)])
    if shape["quoted"]:
        rows = [[f'"{c}"' for c in row] for row in rows]
    preamble = str(shape["preamble"])
    declared["preamble"] = 0 if preamble.startswith("#") else preamble.count("\n")
    text = preamble + "\n".join(separator.join(row) for row in [titles, *rows]) + "\n"
    encoding = str(shape["encoding"])
    declared["encoding"] = encoding if encoding == "latin-1" else "utf-8"
    raw = text.replace("\n", str(shape["newline"])).encode(encoding)
    (folder / "data.csv").write_bytes(gzip.compress(raw) if shape["packed"] else raw)
    return declared


def _same(read: Frame, frame: Frame) -> None:
    scale = np.array([1.0, 1.0, 0.01])
    assert read.names == frame.names
    assert read.units == ("kW", "degC", "1")
    np.testing.assert_array_equal(read.values[:, :2], frame.values[:, :2])
    np.testing.assert_array_equal(read.values[:, 2], frame.values[:, 2] * scale[2])


@settings(max_examples=60)
@given(frames(), shapes)
def test_any_frame_in_any_shape(frame: Frame, shape: dict[str, object]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        declared = _written(frame, shape, folder)
        source = CsvConfiguration.model_validate({"files": [declared]}).open(folder, {})
        _same(source.read(NAMES, frame.grid), frame)


@settings(max_examples=15)
@given(
    frames(),
    st.sampled_from(["TIMESTAMPTZ", "TIMESTAMP", "TIMESTAMP_NS"]),
    st.booleans(),
    st.booleans(),
)
def test_any_frame_as_parquet(frame: Frame, kind: str, long: bool, parts: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        declared = _parquet(frame, kind, long, parts, folder)
        source = ParquetConfiguration.model_validate({"files": [declared]}).open(folder, {})
        _same(source.read(NAMES, frame.grid), frame)


def _parquet(frame: Frame, kind: str, long: bool, parts: bool, folder: Path) -> dict[str, object]:
    times = frame.grid.times()
    if kind == "TIMESTAMP":  # local, as the clock on the wall
        local = [moment(t).astimezone(BERLIN).replace(tzinfo=None) for t in times.tolist()]
        times = np.array([instant(t.isoformat() + "Z") for t in local])
    convert = "make_timestamp_ns(t)" if kind == "TIMESTAMP_NS" else "make_timestamp(t // 1000)"
    if kind == "TIMESTAMPTZ":
        convert += " AT TIME ZONE 'UTC'"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        cells = [
            [str(i), str(t), *(f"'{v!r}'::DOUBLE" for v in row)]
            for i, (t, row) in enumerate(zip(times.tolist(), frame.values.tolist(), strict=True))
        ]
        rows = ", ".join(f"({', '.join(row)})" for row in cells)
        connection.execute(
            f"CREATE TABLE rows AS SELECT * FROM (VALUES {rows}) AS v(i, t, c0, c1, c2)"
        )
        titles = [f'c{j} AS "{n} [{u}]"' for j, (n, u) in enumerate(zip(NAMES, UNITS, strict=True))]
        wide = f"SELECT {convert} AS zeit, {', '.join(titles)} FROM rows WHERE CUT ORDER BY i"
        each = [
            f"SELECT i, {convert} AS zeit, '{n}' AS name, c{j} AS wert, '{u}' AS einheit FROM rows"
            for j, (n, u) in enumerate(zip(NAMES, UNITS, strict=True))
        ]
        tall = (
            f"SELECT zeit, name, wert, einheit FROM ({' UNION ALL '.join(each)}) "
            "WHERE CUT ORDER BY name, i"
        )
        half = len(times) // 2
        cuts = [f"i < {half}", f"i >= {half}"] if parts and not long else ["true"]
        for k, where in enumerate(cuts):
            query = (tall if long else wide).replace("CUT", where)
            connection.execute(f"COPY ({query}) TO '{folder}/{k}.parquet' (FORMAT parquet)")
    declared: dict[str, object] = {
        "file": "*.parquet",
        "step": f"{frame.grid.step_s} s",
        "zone": "Europe/Berlin" if kind == "TIMESTAMP" else "UTC",
    }
    if long:
        declared["long"] = {"signal": "name", "value": "wert", "unit": "einheit"}
    return declared


cells = st.one_of(
    st.sampled_from(
        ["", " ", "nan", "-", "+", ".", ",", "1.", ".5", " 7 ", "1 2", "1_0", "1e3", "inf", "--1"]
    ),
    st.sampled_from(["1,5", "2,331", "9007199254740993", "0.1234567890123456", "-0", "x", "1-1"]),
    numbers.map(repr),
    st.text(st.sampled_from("0123456789.,-+ e"), max_size=18),
)
stamps_ = st.one_of(
    st.sampled_from(["2019-02-29T00:00", "2019-01-01T24:00", "2019-13-01T00:00", "", "heute"]),
    st.sampled_from(["31.04.2019 00:00", "2019-01-01 00:60", "2019-01-01T00:00+25:00"]),
)


@given(
    st.lists(st.tuples(cells, cells), min_size=1, max_size=12),
    st.dictionaries(st.integers(0, 11), stamps_, max_size=2),
    st.sampled_from(["local", "utc", "offset"]),
    st.sampled_from(["auto", ".", ","]),
    st.sampled_from(["2019-01-14", "2019-03-31", "2019-10-27"]),
)
def test_both_readers_of_text_agree(
    rows: list[tuple[str, str]], wrong: dict[int, str], form: str, decimal: str, day: str
) -> None:
    grid = TimeGrid.of(datetime.fromisoformat(day).replace(tzinfo=BERLIN), 3600, len(rows))
    stamps = _stamps(grid, form, False)
    stamps = [wrong.get(i, s) for i, s in enumerate(stamps)]
    lines = [";".join([s, *row]) for s, row in zip(stamps, rows, strict=True)]
    with TemporaryDirectory() as name:
        found = []
        for careful in (False, True):
            # a quoted header sends the file to the careful reader
            title = '"load_kW"' if careful else "load_kW"
            text = f"zeit;{title};temp_air_degC\n" + "\n".join(lines) + "\n"
            (Path(name) / "data.csv").write_text(text, newline="")
            declared = CsvFile(
                file=Path("data.csv"),
                separator=";",
                zone="Europe/Berlin",
                decimal=decimal,
                gaps={"longest": "3 h"},  # type: ignore[arg-type]
            )
            found.append(_outcome(declared, Path(name), grid))
    assert found[0] == found[1]


def _outcome(declared: CsvFile, folder: Path, grid: TimeGrid) -> object:
    try:
        frame = csv_source((declared,), folder).read(["load", "temp_air"], grid)
    except DataError as error:
        return [str(p) for p in error.problems]
    return frame.values.tobytes(), frame.quality.tobytes()


def test_the_fast_reader_is_used(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,load_kW\n2019-01-01T00:00Z,1\n\n2019-01-01T01:00Z,2\n")
    fast = read_table(CsvFile(file=Path("a.csv")), tmp_path / "a.csv")
    slow = read_table(CsvFile(file=Path("a.csv")), tmp_path / "a.csv", careful=True)
    assert isinstance(fast.content, PlainTable)
    assert isinstance(slow.content, list)
    assert fast.lines.tolist() == slow.lines.tolist() == [2, 4]
    assert [list(fast.column(p)) for p in (0, 1)] == [list(slow.column(p)) for p in (0, 1)]


@pytest.mark.parametrize("lone", ["\r", '"', "\0"])
def test_odd_bytes_go_to_the_careful_reader(tmp_path: Path, lone: str) -> None:
    text = f"t,load_kW,note\n2019-01-01T00:00Z,1,a{lone}b\n"
    (tmp_path / "a.csv").write_text(text, newline="")
    try:
        table = read_table(CsvFile(file=Path("a.csv")), tmp_path / "a.csv")
    except DataError:
        return
    assert isinstance(table.content, list)


@given(st.lists(cells, min_size=1, max_size=30))
def test_numbers_at_once_are_those_of_python(texts: list[str]) -> None:
    from adapters.sources.csv.digits import numbers as at_once

    width = max(map(len, texts)) or 1
    matrix = np.array([list(t.ljust(width).encode()) for t in texts], np.uint8)
    values, taken = at_once(matrix, ".")
    for text, value, ok in zip(texts, values.tolist(), taken.tolist(), strict=True):
        if ok:
            assert repr(float(text)) == repr(value)
