"""`rami forecast backtest` on files of the shapes people have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rami.core.errors import ConfigurationError
from services.assemble.measured_file import read_measured
from services.cli.backtest import Options, backtest

OPTIONS: dict[str, Any] = {
    "site": None,
    "column": None,
    "temperature": None,
    "issue": "12:00Z",
    "horizon": "24 h",
    "train": None,
    "retrain": "1 d",
    "methods": None,
    "temperature_noise": "1.5 K",
    "seed": 0,
    "zone": None,
}


def _file(
    folder: Path, days: int = 45, title: str = "last [kW]", *, register: bool = False
) -> Path:
    rng = np.random.default_rng(4)
    hours = np.arange(days * 24)
    air = 5 + 4 * np.sin(hours / 40) + 3 * np.sin(2 * np.pi * hours / 24)
    load = (20 + 4 * np.maximum(15 - air, 0)) * (1 + 0.05 * rng.standard_normal(len(hours)))
    load = 1000 + np.cumsum(load) if register else load
    stamps = np.datetime64("2021-11-01T00:00:00") + hours.astype("timedelta64[h]")
    rows = [f"{t}Z,{x:.4f},{a:.2f}" for t, x, a in zip(stamps, load, air, strict=True)]
    for hole in (100, 101, 500):
        rows[hole] = f"{stamps[hole]}Z,,"
    del rows[600:630]
    file = folder / "load.csv"
    file.write_text(f"time_utc,{title},T_air [degC]\n" + "\n".join(rows) + "\n")
    return file


def _run(file: Path, capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    backtest(file, Options(**{**OPTIONS, **options}), None, True)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_load_with_gaps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _run(_file(tmp_path), capsys)
    assert told["column"] == "last [kW]" and told["unit"] == "kW"
    assert told["temperature"] == "T_air [degC]" and told["lead_h"] == [12, 36]
    assert list(told["methods"]) == ["ridge", "persistence", "last_week"]
    assert told["methods"]["ridge"]["better_than_persistence"] > 0.1
    assert len(told["methods"]["ridge"]["by_hour"]) == 24


def test_a_register_is_differenced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _file(tmp_path, title="energy_register_kWh", register=True)
    told = _run(file, capsys, methods="persistence")
    assert told["unit"] == "kW"
    assert told["methods"]["persistence"]["all"]["nmae"] < 0.5


def test_without_temperature_other_issue_and_horizon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"temperature": "none", "issue": "06:30", "horizon": "48 h", "methods": "last_week"}
    told = _run(_file(tmp_path), capsys, **options)
    assert told["temperature"] is None and told["lead_h"] == [17.5, 65.5]
    assert len(told["methods"]["last_week"]["by_hour"]) == 48


def test_report_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    file = _file(tmp_path, days=30)
    backtest(file, Options(**{**OPTIONS, "methods": "persistence"}), out, False)
    table = capsys.readouterr().out
    assert "nMAE %" in table and "last_week" in table
    pages = [(out / n).read_bytes() for n in ("backtest.html", "backtest.json")]
    assert b'data-figure="leads"' in pages[0]
    backtest(file, Options(**{**OPTIONS, "methods": "persistence"}), out, False)
    assert pages == [(out / n).read_bytes() for n in ("backtest.html", "backtest.json")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"issue": "25:00Z"}, "--issue: '25:00Z' is no time of day"),
        ({"horizon": "24"}, "--horizon: 24 needs a unit"),
        ({"horizon": "90 min"}, "no multiple of the step, 60 min"),
        ({"temperature_noise": "-1 K"}, "--temperature-noise: wanted 0 K to 20 K"),
        ({"methods": "rigde"}, "no method 'rigde'; hint: did you mean 'ridge'"),
        ({"column": "lats [kW]"}, "--column: no column 'lats [kW]'"),
        ({"temperature": "air"}, "--temperature: no column 'air'"),
        (
            {"temperature": "last [kW]", "column": "last [kW]"},
            "holds no air temperature",
        ),
        ({"zone": "Mars/Olympus"}, "--zone: no time zone"),
        ({"train": "200 d"}, "200 days to learn from"),
    ],
)
def test_what_is_refused(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        backtest(_file(tmp_path), Options(**{**OPTIONS, **options}), None, True)
    assert words in str(caught.value)


def test_no_such_file(tmp_path: Path) -> None:
    _file(tmp_path)
    with pytest.raises(ConfigurationError, match=r"no such file; hint: did you mean 'load\.csv'"):
        backtest(tmp_path / "laod.csv", Options(**OPTIONS), None, True)


def test_aalborg_day_ahead(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The acceptance figures, retrained weekly to be quick."""
    file = shared_data / "heat_aalborg_aggregate_2018_hourly.csv"
    told = _run(file, capsys, retrain="7 d")
    ridge = told["methods"]["ridge"]
    assert ridge["all"]["nmae"] <= 0.09
    assert ridge["better_than_persistence"] >= 0.2
    assert 0.75 <= ridge["all"]["coverage"] <= 0.85


def test_price_bands_are_honest(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared_data / "price_day_ahead_de_lu_2019_hourly.csv"
    told = _run(file, capsys, retrain="14 d")
    assert told["methods"]["ridge"]["better_than_persistence"] > 0.15
    for method in told["methods"].values():
        assert 0.75 <= method["all"]["coverage"] <= 0.85


def test_the_command(tmp_path: Path, rami: Any) -> None:
    done = rami("forecast", "backtest", _file(tmp_path, 30), "--methods", "persistence", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["methods"]["persistence"]["all"]["count"] > 0
    refused = rami("forecast", "backtest", "nowhere.csv")
    assert refused.returncode == 2 and "no such file" in refused.stderr


def _table(folder: Path, head: str, rows: list[str]) -> Path:
    file = folder / "table.csv"
    file.write_text("\n".join([head, *rows]) + "\n")
    return file


def _load(hour: int) -> float:
    return 50 + 10 * float(np.sin(hour / 24 * 2 * np.pi)) + hour % 7


_STAMPS = [
    str(np.datetime64("2021-01-01T00:00:00") + np.timedelta64(h, "h")) for h in range(24 * 16)
]


@pytest.mark.parametrize(
    ("head", "row", "note"),
    [
        ("time,heat_kW", lambda h: f"{_STAMPS[h]},{_load(h):.2f}", "taken as UTC"),
        ("time,heat_kW", lambda h: f"{1609459200 + 3600 * h},{_load(h):.2f}", "epoch_s"),
        ("time,heat_kW", lambda h: f"{_STAMPS[-1 - h]}Z,{_load(-h):.2f}", "rows are sorted"),
        (
            "time,heat_kW",
            lambda h: f"{_STAMPS[h][:-2]}{h % 3:02d}Z,{_load(h):.2f}",
            "a raster of 60 min",
        ),
        (
            "time,id,volume_m3,customers,heat_kW",
            lambda h: f"{_STAMPS[h]}Z,7,{h % 5},{h % 3},{_load(h):.2f}",
            "series: column 'heat_kW'",
        ),
    ],
)
def test_shapes_of_files(
    head: str, row: Any, note: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _table(tmp_path, head, [row(h) for h in range(len(_STAMPS))])
    backtest(file, Options(**{**OPTIONS, "methods": "persistence"}), None, True)
    caught = capsys.readouterr()
    assert note in caught.err
    told = json.loads(caught.out)
    assert told["column"] == "heat_kW" and told["step_s"] == 3600


def test_a_misread_register_and_a_temperature_in_fahrenheit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"{s}Z,{0 if h in (100, 200) else 90000 + 50 * h + h % 5},{41 + h % 9}"
        for h, s in enumerate(_STAMPS)
    ]
    file = _table(tmp_path, "time,energy_kWh,temp_air_degF", rows)
    measured = read_measured(file, None, None, None)
    assert measured.temperature is not None
    known = measured.series.values[np.isfinite(measured.series.values)]
    assert known.max() < 60 and len(known) > 370
    assert measured.temperature.values.max() == pytest.approx(49 - 32, abs=8)
    assert measured.temperature.values.min() == pytest.approx(5.0)


def test_many_wrong_rows_are_one_problem(tmp_path: Path) -> None:
    file = _table(tmp_path, "time,heat_kW", [f"row {h},1" for h in range(30)])
    with pytest.raises(ConfigurationError) as caught:
        backtest(file, Options(**OPTIONS), None, True)
    assert "and further rows" in str(caught.value) and len(caught.value.problems) == 1
