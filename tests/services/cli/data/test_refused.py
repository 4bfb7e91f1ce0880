"""What `rami data` refuses, and how it says so."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from rami.core.errors import ConfigurationError, DataError
from rami.core.signal import Rows, Signal
from services.cli.history import export as export_command
from services.cli.history import importing
from tests.services.cli.data.rows import T0, Data, history


def test_every_problem_is_told_and_nothing_is_kept(data: Data, site: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(
        "time_utc,signal,quantity,unit,register,value,status\n"
        "2019-01-14T00:00:00Z,a,power,kW,false,1,0\n"
        "yesterday,a,power,kW,false,1,0\n"
        "2019-01-14T00:00:00Z,b,power,kWh,false,1,0\n"
        "2019-01-14T00:00:00Z,c,powr,kW,false,1,0\n"
        "2019-01-14T00:00:00Z,a,power,kW,false,one,good\n",
        encoding="utf-8",
    )
    ended = data("import", site, "bad.csv")
    assert ended.exit_code == 2
    for words in (
        "bad.csv:3: no instant in UTC: 'yesterday'",
        "bad.csv:4: b: unit 'kWh' of power",
        "bad.csv:5: c: no quantity 'powr'; hint: did you mean 'power'?",
        "bad.csv:6: no number: 'one'",
        "bad.csv:6: no status: 'good'",
        "5 problems",
    ):
        assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    with history(site) as store:
        assert store.signals() == ()


def test_a_contradiction_with_what_is_kept(data: Data, filled: Path, tmp_path: Path) -> None:
    (tmp_path / "heat.csv").write_text(
        "time_utc,hts.hp.P_el [degC]\n2019-01-14T00:00Z,1\n2019-01-14T01:00Z,2\n"
    )
    ended = data("import", filled, "heat.csv")
    assert ended.exit_code == 2 and "hts.hp.P_el" in ended.stderr


def test_rows_of_single_customers_stay(data: Data, site: Path) -> None:
    with history(site) as store:
        store.declare([Signal("meters.town.x1.energy", "energy", True), Signal("a", "power")])
        for name in ("meters.town.x1.energy", "a"):
            store.write(Rows.of_series(name, np.array([T0]), np.array([1.0])))
    assert json.loads(data("last", site, "--json").stdout)[0]["signal"] == "a"
    refused = data("export", site, "--signals", "meters.*", "--out", "m.csv")
    assert refused.exit_code == 2 and "rami meters" in refused.stderr


OPTIONS = {
    "signals": "*",
    "first": None,
    "after": None,
    "step": None,
    "how": None,
    "kind": None,
    "store": None,
    "json": False,
}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"signals": "hts.hp.P_elx"}, "did you mean 'hts.hp.P_el'?"),
        ({"signals": "zzz*, hts.*"}, "no signal fits 'zzz*'"),
        ({"first": "2019-01-14T00:00"}, "--from: 2019-01-14T00:00 carries no time zone"),
        ({"first": "soon", "after": "later"}, "--to: 'later' is no instant"),
        (
            {"first": "2019-01-15T00:00Z", "after": "2019-01-14T00:00Z"},
            "--to: wanted an instant after",
        ),
        ({"first": "2030-01-01T00:00Z"}, "nothing in the span asked for"),
        ({"step": "60"}, "--step: 60 needs a unit"),
        ({"step": "0 s"}, "--step: wanted more than 0 s"),
        ({"step": "1e30 h"}, "--step: wanted 450 years at most"),
        ({"step": "1 ms", "after": "2019-02-14T00:00Z"}, "are too many at once"),
        ({"first": "1500-01-01T00:00Z"}, "--from: wanted an instant from 1800 to 2250"),
        ({"after": "9999-01-01T00:00Z"}, "--to: wanted an instant from 1800 to 2250"),
        ({"signals": " , ", "step": "1 h"}, "names no signal"),
        ({"how": "mean"}, "give --step too"),
    ],
)
def test_what_cannot_be_exported(
    filled: Path, tmp_path: Path, options: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        export_command.export(filled, tmp_path / "x.csv", **{**OPTIONS, **options})
    assert words in str(told.value)
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize(
    ("out", "words"),
    [("x.txt", "end it in .csv"), ("nowhere/x.csv", "no folder"), (".", "tells no format")],
)
def test_where_nothing_can_be_exported_to(
    filled: Path, tmp_path: Path, out: str, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        export_command.export(filled, tmp_path / out, **OPTIONS)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("[1]", "wanted options"),
        ("{file: x}", "wanted options"),
        ("{zoen: UTC}", "--form: zoen"),
        ("{", "wanted options"),
    ],
)
def test_forms_that_cannot_be(site: Path, tmp_path: Path, form: str, words: str) -> None:
    (tmp_path / "a.csv").write_text("time_utc,a [kW]\n2019-01-14T00:00Z,1\n")
    options = {"form": form, "zone": None, "store": None, "json": True}
    with pytest.raises(ConfigurationError, match=words):
        importing.import_file(site, tmp_path / "a.csv", **options)


def test_no_such_file(site: Path, tmp_path: Path) -> None:
    options = {"form": None, "zone": None, "store": None, "json": True}
    with pytest.raises(DataError, match="no such file"):
        importing.import_file(site, tmp_path / "none.csv", **options)


def test_pipes_and_devices_are_not_replaced(filled: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.csv")
    with pytest.raises(ConfigurationError, match="device or a pipe"):
        export_command.export(filled, tmp_path / "x.csv", **OPTIONS)
    assert (tmp_path / "x.csv").is_fifo()


def test_a_folder_that_goes_away_is_no_damage(data: Data, filled: Path) -> None:
    """Files of others are not told as damage of the store."""
    ended = data("export", filled, "--out", "/proc/rows.csv")
    assert ended.exit_code == 1
    assert "backup" not in ended.stderr and "/proc/rows.csv: " in ended.stderr


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2019-01-14T00:00:00Z,a,power,kW,false,1,0,9", "Expected Number of Columns: 7 Found: 8"),
        ('2019-01-14T00:00:00Z,"a,power,kW,false,1,0', "unterminated quote"),
    ],
)
def test_a_broken_line_is_told(
    data: Data, site: Path, tmp_path: Path, row: str, words: str
) -> None:
    header = "time_utc,signal,quantity,unit,register,value,status"
    (tmp_path / "bad.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    ended = data("import", site, "bad.csv")
    assert ended.exit_code == 2 and "bad.csv: " in ended.stderr and words in ended.stderr


def test_a_broken_parquet_file_is_told(data: Data, site: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1" + bytes(range(200)))
    ended = data("import", site, "bad.parquet")
    assert ended.exit_code == 2 and "bad.parquet: " in ended.stderr


def test_compaction_makes_no_store(data: Data, site: Path, tmp_path: Path) -> None:
    ended = data("compact", site, "--store", "typo")
    assert ended.exit_code == 2 and "no historian is there" in ended.stderr
    assert not (tmp_path / "typo").exists()
