"""`rami study` as its user runs it: bytes, files, Ctrl-C, errors before anything is run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.conftest import ReadySite

COMMAND = [sys.executable, "-m", "services.cli", "study"]


def _study(fmu_cache: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        env={**os.environ, "RAMI_CACHE": str(fmu_cache)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def done(reference: ReadySite, fmu_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study of one season and one day."""
    out = tmp_path_factory.mktemp("study")
    ended = _study(fmu_cache, "--days", "1", "--seasons", "winter", "--out", out)
    assert ended.returncode == 0, ended.stderr
    assert "report.html" in ended.stdout + ended.stderr
    return out


def test_same_command_same_bytes(done: Path, fmu_cache: Path, tmp_path: Path) -> None:
    ended = _study(fmu_cache, "--days", "1", "--seasons", "winter", "--out", tmp_path)
    assert ended.returncode == 0, ended.stderr
    for name in ("results.json", "report.html", "timeseries.csv.gz"):
        assert (done / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_results_hold_what_others_read(done: Path) -> None:
    results = json.loads((done / "results.json").read_text(encoding="utf-8"))
    winter = results["seasons"]["winter"]
    assert winter["closure"]["energy_rel"] < 1e-6
    assert abs(winter["closure"]["money_eur"]) < 0.01
    assert winter["closure"]["emissions_rel"] < 1e-6
    for mode in ("average", "marginal"):
        block = winter[mode]
        for quantity in ("scope1_t", "scope2_t", "benefit_eur"):
            changes = block["delta"][quantity]
            assert set(changes) == {"iess", "dhs", "total"}
            assert changes["total"] == pytest.approx(changes["iess"] + changes["dhs"], abs=1e-6)
        assert set(block["planned_eur"]) == {"iess", "dhs", "total"}
        gap = block["plan_gap"]
        explained = gap["planned_EUR"] + sum(gap["causes_EUR"].values())
        assert explained == pytest.approx(block["delta"]["benefit_eur"]["iess"], abs=1e-3)
        assert block["schedule"]["rungs"] == {"milp": 1}
        assert block["tracking"]["hex_days"] == 4
        assert "relative" in block
    assert {"site_hash", "data_sources", "seed", "versions"} <= set(results["provenance"])


def test_report_loads_nothing_from_elsewhere(done: Path) -> None:
    page = (done / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']https?:", page)


def test_interrupt_keeps_the_finished_seasons(
    reference: ReadySite, fmu_cache: Path, tmp_path: Path
) -> None:
    words = ["--days", "1", "--seasons", "winter,spring,summer,fall", "--out", str(tmp_path)]
    with subprocess.Popen(
        [*COMMAND, *words],
        env={**os.environ, "RAMI_CACHE": str(fmu_cache)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr is not None
        begun, done = set(), set()
        for line in process.stderr:
            name, _, share = line.partition(":")
            if name.startswith("winter"):
                (done if "done" in share else begun).add(name)
            if begun and begun <= done:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    seasons = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["seasons"]
    assert "winter" in seasons
    assert len(seasons) < 4
    assert (tmp_path / "report.html").exists()


def test_bad_season_files_end_before_anything_is_run(
    fmu_cache: Path, shared_data: Path, tmp_path: Path
) -> None:
    name = "site_synthetic_winter_15min.csv"
    lines = (shared_data / name).read_text(encoding="utf-8").splitlines()
    lines[10] = lines[10].replace(lines[10].split(",")[3], "abc")
    lines[20] = lines[20].rpartition(",")[0] + ","
    (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    ended = _study(fmu_cache, "--seasons", "winter", "--data", tmp_path, "--out", tmp_path / "out")
    assert ended.returncode == 2
    for line in (11, 21):
        assert f"{name}:{line}" in ended.stderr, ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "out").exists()


def test_prices_of_another_period_are_refused(fmu_cache: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    rows = [f"2015-01-01T{hour:02d}:00:00Z,{hour}.5" for hour in range(24)]
    prices.write_text("\n".join(["time_utc,price_EUR_per_MWh", *rows]) + "\n", encoding="utf-8")
    ended = _study(fmu_cache, "--seasons", "winter", "--prices", prices, "--out", tmp_path / "out")
    assert ended.returncode == 2
    assert "prices.csv" in ended.stderr
