"""All rows of a file as they stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adapters.sources.csv.configuration import CsvFile
from adapters.sources.csv.rows import file_rows
from rami.core.errors import DataError
from rami.core.quality import Family, Reason, quality


def _file(folder: Path, *lines: str) -> CsvFile:
    (folder / "data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return CsvFile(file=Path("data.csv"))


def test_gaps_repetitions_and_order_stay(tmp_path: Path) -> None:
    declared = _file(
        tmp_path,
        "time_utc,a_MW,b_degC",
        "2019-01-01T00:00Z,1,5",
        "2019-01-01T02:00Z,2,",
        "2019-01-01T01:00Z,3,7",
        "2019-01-01T01:00Z,4,8",
    )
    signals, rows = file_rows(declared, tmp_path)
    assert [(s.name, s.quantity, s.cumulative) for s in signals] == [
        ("a", "power", False),
        ("b", "temperature", False),
    ]
    of_a = rows.where(rows.places == 0)
    assert of_a.values.tolist() == [1000.0, 2000.0, 3000.0, 4000.0]
    assert np.diff(of_a.times).tolist() == [7200 * 10**9, -3600 * 10**9, 0]
    of_b = rows.where(rows.places == 1)
    assert np.isnan(of_b.values[1])
    assert of_b.status[1] == quality(Family.BAD, Reason.MISSING)


def test_a_column_that_only_rises_is_a_register(tmp_path: Path) -> None:
    hours = [f"2019-01-01T{h:02d}:00Z,{100 + h},{(-1) ** h}" for h in range(24)]
    signals, _ = file_rows(_file(tmp_path, "time_utc,E_kWh,gain_kWh", *hours), tmp_path)
    assert {s.name: s.cumulative for s in signals} == {"E": True, "gain": False}


def test_cells_that_are_no_numbers_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data\.csv:2.*a"):
        file_rows(_file(tmp_path, "time_utc,a_kW", "2019-01-01T00:00Z,much"), tmp_path)


def test_a_file_without_units_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column has a unit"):
        file_rows(_file(tmp_path, "time_utc,a", "2019-01-01T00:00Z,1"), tmp_path)


def test_numbers_without_a_unit_are_taken_when_asked_for(tmp_path: Path) -> None:
    lines = [f"2019-01-01T{h:02d}:00Z,{h % 3},{5 * h},{h},ok,{h % 2 or 'x'}" for h in range(24)]
    file = _file(tmp_path, "time_utc,heat_1_per_h,count,b_degC,state,odd", *lines)
    left: list[str] = []
    signals, _ = file_rows(file, tmp_path, left)
    assert [s.name for s in signals] == ["b"] and left == ["heat_1_per_h", "count", "odd"]
    left.clear()
    signals, rows = file_rows(file, tmp_path, left, unknown=True)
    assert [(s.name, s.unit, s.cumulative) for s in signals] == [
        ("b", "degC", False),
        ("heat_1_per_h", "?", False),
        ("count", "?", True),
    ]
    assert left == ["odd"]
    assert rows.where(rows.places == 2).values.tolist() == [5.0 * h for h in range(24)]


def test_a_real_meter(shared_data: Path) -> None:
    name = "heat_meter_aalborg_660_2018_2020_hourly.csv"
    signals, rows = file_rows(CsvFile(file=Path(name)), shared_data)
    assert len(rows) == 5 * 26256
    assert [s.name for s in signals if s.cumulative] == [
        "energy_register",
        "volume_register",
        "inlet",
        "outlet",
    ]
