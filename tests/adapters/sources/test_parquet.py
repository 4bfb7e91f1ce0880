"""Parquet files: what they may look like, and what is wrong with them."""

from pathlib import Path

import duckdb
import pytest

from adapters.sources.parquet.configuration import ParquetConfiguration
from rami.core.errors import DataError
from rami.core.timegrid import TimeGrid
from rami.information.source import DataSource, foresight

GRID = TimeGrid.of("2019-01-14T00:00Z", 3600, 3)
HOURS = "range(TIMESTAMP '2019-01-14', TIMESTAMP '2019-01-14 03:00:00', INTERVAL 1 HOUR) r(t)"


def _open(folder: Path, query: str, name: str = "a.parquet", **options: object) -> DataSource:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{folder / name}' (FORMAT parquet)")
    file = {"file": name, **options}
    return ParquetConfiguration.model_validate({"files": [file]}).open(folder, {})


def _fault(source: DataSource, *names: str) -> str:
    with pytest.raises(DataError) as caught:
        source.read(list(names) or ["load"], GRID)
    return str(caught.value)


def test_wide_with_types_of_all_sorts(tmp_path: Path) -> None:
    query = (
        "SELECT t AS time_utc, hour(t)::TINYINT AS load_MW, 1.5::DECIMAL(4,1) AS temp_air_degC, "
        f"'ok' AS state, hour(t)::FLOAT AS \"q (%)\" FROM {HOURS}"
    )
    source = _open(tmp_path, query)
    frame = source.read(["load", "temp_air", "q"], GRID)
    assert frame["load"].tolist() == [0.0, 1000.0, 2000.0]
    assert frame["temp_air"].tolist() == [1.5] * 3
    assert frame.sources["load"] == "a.parquet, column load_MW"
    assert set(source.describe()) == {"load", "temp_air", "q"}


def test_missing_values_status_and_register(tmp_path: Path) -> None:
    query = (
        "SELECT t AS time_utc, CASE WHEN hour(t) <> 1 THEN 5.0 END AS load_kW, "
        "CASE WHEN hour(t) = 2 THEN 'broken' ELSE 'good' END AS state, "
        f"hour(t) * 2 AS heat FROM {HOURS}"
    )
    assert "a.parquet:2: load: 1 values missing" in _fault(_open(tmp_path, query))
    columns = {
        "P_th": {"column": "heat", "unit": "kWh", "register": True},
        "load": {"column": "load_kW", "unit": "kW", "status": "state"},
    }
    source = _open(tmp_path, query, columns=columns, gaps={"longest": "1 h"})
    two = GRID.part(0, 2)
    assert source.read(["P_th"], two)["P_th"].tolist() == [2.0, 2.0]
    assert "load: 2 values missing" in _fault(source)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    naive = f"SELECT t AS t, 1.0 AS load_kW FROM {HOURS}"
    assert "the time stamps of 't' carry no time zone" in _fault(_open(tmp_path, naive))
    assert "no time zone 'Mars'" in _fault(_open(tmp_path, naive, zone="Mars"))
    assert "no time column 'u'" in _fault(_open(tmp_path, naive, time="u"))
    number = f"SELECT 1.0 AS load_kW, t AS time_utc FROM {HOURS}"
    assert "column 'load_kW' holds decimal(2,1), wanted time stamps" in _fault(
        _open(tmp_path, number)
    )
    text = f"SELECT t AS time_utc, 'x' AS load_kW FROM {HOURS}"
    assert "column 'load_kW' holds varchar, wanted numbers" in _fault(_open(tmp_path, text))
    endless = f"SELECT t AS time_utc, 'inf'::DOUBLE AS load_kW FROM {HOURS}"
    assert "a.parquet:1: load: inf is not a number" in _fault(_open(tmp_path, endless))
    hole = f"SELECT nullif(t, TIMESTAMP '2019-01-14 01:00') AS time_utc, 1 AS load_kW FROM {HOURS}"
    assert "a.parquet:2: time_utc: no time stamp" in _fault(_open(tmp_path, hole))
    nothing = f"SELECT t AS time_utc, 1 AS load_kW FROM {HOURS} WHERE false"
    assert "holds no rows" in _fault(_open(tmp_path, nothing))
    skipped = "SELECT TIMESTAMP '2019-03-31 02:30' AS t, 1 AS load_kW"
    spring = _open(tmp_path, skipped, zone="Europe/Berlin", step="1 h")
    assert "2019-03-31T02:30:00 does not exist in Europe/Berlin" in _fault(spring)
    (tmp_path / "b.parquet").write_bytes(b"PAR1 not at all")
    files = {"files": ["b.parquet", "absent.parquet"]}
    faults = _fault(ParquetConfiguration.model_validate(files).open(tmp_path, {}))
    assert "b.parquet: is no Parquet file that can be read" in faults
    assert "absent.parquet: cannot be read; hint: did you mean" in faults


def test_files_that_go_on(tmp_path: Path) -> None:
    for day in (14, 15):
        _open(
            tmp_path,
            f"SELECT TIMESTAMPTZ '2019-01-{day} 00:00+00' + INTERVAL (i) HOUR AS t, "
            f"{day} AS load_kW FROM range(24) r(i)",
            f"2019-{day}.parquet",
        )
    source = ParquetConfiguration.model_validate({"files": ["2019-*.parquet"]}).open(tmp_path, {})
    frame = source.read(["load"], TimeGrid.of("2019-01-14T22:00Z", 3600, 4))
    assert frame["load"].tolist() == [14.0, 14.0, 15.0, 15.0]
    assert foresight(frame) == ("load",)
    _open(tmp_path, f"SELECT t AS t, 1 AS last_kW FROM {HOURS}", "2019-16.parquet")
    again = ParquetConfiguration.model_validate({"files": ["2019-*.parquet"]}).open(tmp_path, {})
    assert "columns differ from those of" in _fault(again)
