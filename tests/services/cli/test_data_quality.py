"""`rami data quality` and `rami data clean` as a user calls them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from services.cli.application import app

Rami = Callable[..., Any]


@pytest.fixture
def rami(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rami:
    """The command in this process and an empty folder: many calls, one start."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Any:
        ran = CliRunner().invoke(app, [str(a) for a in arguments])
        return SimpleNamespace(returncode=ran.exit_code, stdout=ran.stdout, stderr=ran.stderr)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two weeks with a gap of three hours, a spike, and a stuck span of a day and a half."""
    rng, place = np.random.default_rng(3), np.arange(96 * 14)
    load = 500 + 200 * np.sin(place * 2 * np.pi / 96) + rng.normal(0, 10, len(place))
    air = 5 + 4 * np.sin(place * 2 * np.pi / 96 - 1) + rng.normal(0, 0.2, len(place))
    load[700:844] = load[700]
    air[300] = 45.0
    lines = ["time_utc,P_load_kW,temp_air_degC"]
    start = np.datetime64("2019-01-14T00:00")
    for i in place:
        if not 500 <= i < 512:
            lines.append(f"{start + 15 * np.timedelta64(int(i), 'm')}Z,{load[i]:.3f},{air[i]:.2f}")
    (path := tmp_path / "data.csv").write_text("\n".join(lines) + "\n")
    return path


def _by_name(plain: dict[str, Any]) -> dict[str, Any]:
    return {signal["name"]: signal for signal in plain["signals"]}


def test_a_file_is_judged_without_a_site(rami: Rami, file: Path) -> None:
    ran = rami("data", "quality", file, "--json", "--out", "report")
    assert ran.returncode == 0, ran.stderr
    plain = json.loads(ran.stdout)
    found = _by_name(plain)
    assert found["P_load"]["reasons"] == {"missing": 12, "stuck": 144}
    assert found["temp_air"]["reasons"] == {"missing": 12, "spike": 1}
    assert found["temp_air"]["filled_share"] > 0
    assert plain["provenance"]["data"] == "data.csv"
    folder = file.parent / "report"
    assert json.loads((folder / "quality.json").read_text()) == plain
    page = (folder / "quality.html").read_text()
    assert "P_load" in page and "default-src 'none'" in page


def test_a_column_of_unknown_unit_is_judged_too(rami: Rami, shared_data: Path) -> None:
    heat = "heat_share_of_year_1_per_h"
    file = shared_data / "heat_aalborg_aggregate_2018_hourly.csv"
    lines = file.read_text().splitlines()
    for row in range(3000, 3048):
        lines[row] = f"{lines[row].split(',')[0]},0.0002,{lines[row].split(',')[2]}"
    del lines[5000:5010]
    Path("heat.csv").write_text("\n".join(lines) + "\n")
    ran = rami("data", "quality", "heat.csv", "--json")
    assert f"no unit is known of '{heat}'" in ran.stderr
    found = _by_name(json.loads(ran.stdout))[heat]
    assert found["unit"] == "?" and found["reasons"] == {"missing": 10, "stuck": 48}
    assert rami("data", "clean", "heat.csv", "--out", "clean.csv").returncode == 0
    again = _by_name(json.loads(rami("data", "quality", "clean.csv", "--json").stdout))
    assert {*again} == {heat, "temp_air"}


def test_the_table_shows_the_worst_first_and_the_same_bytes_twice(rami: Rami, file: Path) -> None:
    first, second = (rami("data", "quality", file, "--out", f"r{i}") for i in (1, 2))
    assert first.stdout == second.stdout
    assert first.stdout.index("P_load") < first.stdout.index("temp_air")
    for name in ("quality.html", "quality.json"):
        one, two = (file.parent / f"r{i}" / name for i in (1, 2))
        assert one.read_bytes() == two.read_bytes()


def test_span_and_signals_are_chosen(rami: Rami, file: Path) -> None:
    asked = ("--signals", "temp_*", "--from", "2019-01-15", "--to", "2019-01-16T00:00Z")
    plain = json.loads(rami("data", "quality", file, "--json", *asked).stdout)
    assert list(_by_name(plain)) == ["temp_air"]
    assert plain["signals"][0]["expected"] == 96


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("--signals", "tmp_air"), "did you mean 'temp_air'?"),
        (("--from", "2030-01-01"), "no rows in the span"),
        (("--from", "yesterday"), "--from:"),
        (("--from", "2019-01-16", "--to", "2019-01-15"), "--to:"),
        (("--rules",), "give a site file with --rules"),
    ],
)
def test_wrong_wishes_end_with_2(
    rami: Rami, file: Path, asked: tuple[str, ...], words: str
) -> None:
    ran = rami("data", "quality", file, *asked)
    assert ran.returncode == 2 and words in ran.stderr and "Traceback" not in ran.stderr


def test_a_file_that_is_missing_ends_with_2(rami: Rami) -> None:
    ran = rami("data", "quality", "nowhere.csv")
    assert ran.returncode == 2 and "nowhere.csv" in ran.stderr


_HOURS = [f"2019-01-14T{h:02d}:00Z" for h in range(24)]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([f"{t},{i}" for i, t in enumerate(_HOURS)], "stands where the titles"),
        (["time_utc,P_kW", "1500-01-01T00:00Z,1", *(f"{t},2" for t in _HOURS)], "outside 1900"),
        (["time_utc,P_kW", *(f"{t[:11]}00:00:{i:02d}Z,2" for i, t in enumerate(_HOURS)),
          "2049-01-01T00:00:00Z,3"], "choose a span with --from and --to"),
        (["time_utc,P_kW", "2019-01-14T00:00:00Z,2", "2019-01-14T00:15:00Z,inf"], "'inf'"),
        (["time_utc,P_kW", "2019-01-14T00:00:00Z,2", "2019-01-14T00:15:00Z,1e308"], "1e308"),
        (["PAR1 is no Parquet file"], "cannot be read"),
    ],
    ids=["no header", "old", "far", "infinite", "huge", "parquet"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["quality", "clean"])
def test_files_that_cannot_be_judged(
    rami: Rami, lines: list[str], words: str, command: str
) -> None:
    Path("bad.csv").write_text("\n".join(lines) + "\n")
    ran = rami("data", command, "bad.csv", "--out", "clean.csv")
    assert ran.returncode == 2 and words in ran.stderr, ran.stderr
    assert not Path("clean.csv").exists()


def test_odd_names_come_through(rami: Rami) -> None:
    name = 'P "a",b</script><script>alert(1)</script><b>'
    title = name.replace('"', '""')
    rows = [f"{t},{i % 5}" for i, t in enumerate(_HOURS)]
    Path("odd.csv").write_text("\n".join([f'time_utc,"{title}_kW"', *rows[:9], *rows[12:]]) + "\n")
    assert rami("data", "clean", "odd.csv", "--out", "clean.csv").returncode == 0
    ran = rami("data", "quality", "clean.csv", "--json", "--out", "report")
    assert list(_by_name(json.loads(ran.stdout))) == [name]
    page = Path("report/quality.html").read_text()
    assert "<script>alert" not in page and "&lt;b&gt;" in page


def test_a_table_that_would_be_too_large_is_refused(rami: Rami, file: Path) -> None:
    ran = rami("data", "clean", file, "--out", "clean.csv", "--step", "1 ms")
    assert ran.returncode == 2 and "--step" in ran.stderr and "choose a longer one" in ran.stderr


def test_a_cleaned_file_reads_back_without_a_fault(rami: Rami, file: Path) -> None:
    ran = rami("data", "clean", file, "--step", "1 h", "--out", "clean.csv", "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"signals": 2, "intervals": 336, "file": "clean.csv"}
    lines = (file.parent / "clean.csv").read_text().splitlines()
    assert lines[0] == "time_utc,P_load_kW,P_load status,temp_air_degC,temp_air status"
    words = set(re.findall('"([^"]*)"', "\n".join(lines)))
    assert "good" in words and any("filled" in w for w in words)
    again = _by_name(json.loads(rami("data", "quality", "clean.csv", "--json").stdout))
    assert {*again} == {"P_load", "temp_air"}
    assert "spike" not in again["temp_air"]["reasons"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ((), "nowhere to write to"),
        (("--out", "clean.xlsx"), "call it .csv"),
        (("--out", "clean.csv", "--step", "15"), "--step: 15 needs a unit"),
        (("--out", "clean.csv", "--step", "0 s"), "--step: 0 s is no step"),
        (("--out", "clean.csv", "--step", "400 d"), "longer than the data"),
    ],
)
def test_what_cannot_be_cleaned(rami: Rami, file: Path, asked: tuple[str, ...], words: str) -> None:
    ran = rami("data", "clean", file, *asked)
    assert ran.returncode == 2 and words in ran.stderr, ran.stderr


def test_the_rules_of_a_site_say_where_they_come_from(
    rami: Rami, tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    reference_site_declaration["quality"] = {"rules": {"temp_air": {"range": {"low": "-30 degC"}}}}
    site = tmp_path / "site.yaml"
    site.write_text(yaml.safe_dump(reference_site_declaration))
    listed = {
        r["signal"]: r
        for r in json.loads(rami("data", "quality", site, "--rules", "--json").stdout)
    }
    air = listed["temp_air"]["parts"]
    assert air["range"] == {"rule": "-30 to 50 degC", "from": "declared for 'temp_air'"}
    assert air["spike"]["from"] == "default of outdoor air"
    assert listed["hts.hp.u"]["parts"]["range"] == {
        "rule": "0 to 1",
        "from": "range of the point",
    }
    table = rami("data", "quality", site, "--rules").stdout
    assert "declared for 'temp_air'" in table


def test_a_site_without_a_historian_is_judged_by_its_data(rami: Rami) -> None:
    plain = json.loads(rami("data", "quality", "--json", "--to", "2019-01-16").stdout)
    assert plain["title"] == "site reference"
    assert {"temp_air", "price_da"} <= {*_by_name(plain)}
    assert all(s["bad_share"] == 0.0 for s in plain["signals"])


def test_a_series_in_two_files_is_refused_as_a_study_does(
    rami: Rami, file: Path, tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    (tmp_path / "other.csv").write_bytes(file.read_bytes())
    declared = reference_site_declaration
    declared["data"] = {"kind": "csv", "files": ["data.csv", "other.csv"]}
    site = tmp_path / "site.yaml"
    site.write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    refused = rami("data", "quality", site, "--json")
    assert refused.returncode == 2
    for name in ("temp_air", "P_load"):
        assert f"series {name!r} is in several files: data.csv, other.csv" in refused.stderr
    one = rami("data", "quality", site, "--signals", "P_load")
    assert "P_load" in one.stderr and "temp_air" not in one.stderr


def test_rules_may_have_rasters_of_their_own(
    rami: Rami, tmp_path: Path, file: Path, reference_site_declaration: dict[str, Any]
) -> None:
    from services.assemble.historian import open_store
    from twins.site import load_site

    declared = reference_site_declaration
    declared["historian"] = {"kind": "duckdb"}
    declared["quality"] = {"rules": {"temp_air": {"resample": {"step": "1 h"}}}}
    site = tmp_path / "site.yaml"
    site.write_text(yaml.safe_dump(declared))
    assert rami("data", "import", site, file).returncode == 0
    ran = rami("data", "clean", site, "--out", "clean.csv")
    assert ran.returncode == 2 and "15 min, 1 h; a file has one" in ran.stderr
    assert rami("data", "clean", site).returncode == 0
    store = open_store(load_site(site), read_only=True)
    counts = [len(store.rows([f"{n}@clean"], 0, 2**62)) for n in ("P_load", "temp_air")]
    store.close()
    assert counts == [1344 - 144, 336]


def test_clean_signals_go_beside_the_raw_ones(
    rami: Rami,
    tmp_path: Path,
    file: Path,
    reference_site_declaration: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rami.core.signal import Rows, Signal
    from services.assemble.historian import open_store, read_file
    from twins.site import load_site

    reference_site_declaration["historian"] = {"kind": "duckdb", "folder": "history"}
    (site := tmp_path / "site.yaml").write_text(yaml.safe_dump(reference_site_declaration))
    signals, rows = read_file(file, {})
    store = open_store(load_site(site))
    store.declare(signals)
    store.write(rows)
    store.declare([Signal("meter.E", "energy", True)])
    store.write(Rows.of_series("meter.E", rows.times[:100], np.arange(100.0)))
    store.close()
    ran = rami("data", "clean", site, "--step", "1 h", "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["rows_new"] > 0
    again = rami("data", "clean", site, "--step", "1 h", "--json")
    assert json.loads(again.stdout)["rows_new"] == 0
    store = open_store(load_site(site), read_only=True)
    known = {s.name: s for s in store.signals()}
    kept, clean = (store.rows([n], 0, 2**62) for n in ("temp_air", "temp_air@clean"))
    store.close()
    assert {"temp_air@clean", "P_load@clean"} <= {*known}
    assert known["meter.E"].cumulative and not known["meter.E@clean"].cumulative
    assert kept.values.max() == 45.0 and clean.values.max() < 20.0
    assert len(clean) == 336
    told = json.loads(rami("data", "quality", site, "--json").stdout)
    assert {*_by_name(told)} == {"P_load", "temp_air", "meter.E"}
    monkeypatch.setattr("services.assemble.quality.ROWS_AT_ONCE", 1000)
    ran = rami("data", "quality", site)
    assert ran.returncode == 2 and "too many to be judged at once" in ran.stderr
    span = ("--from", "2019-01-15", "--to", "2019-01-16")
    assert rami("data", "quality", site, *span).returncode == 0
