"""timeseries.csv.gz read back as a researcher would."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from services.report import write_timeseries
from services.study.outcome import StudyOutcome
from tests.services.report.outcomes import study


@pytest.fixture
def rows(reference: SiteTopology, tmp_path: Path) -> list[dict[str, str]]:
    write_timeseries(study(reference, ("winter",), days=1), reference, tmp_path / "t.csv.gz")
    with gzip.open(tmp_path / "t.csv.gz", "rt", newline="") as file:
        return list(csv.DictReader(file))


def test_every_run_and_interval_has_a_row(rows: list[dict[str, str]]) -> None:
    assert len(rows) == 3 * 96
    assert {r["mode"] for r in rows} == {"baseline", "average", "marginal"}
    assert rows[0]["time_utc"] == "2019-01-13T23:00:00Z"
    assert rows[1]["time_utc"] == "2019-01-13T23:15:00Z"


def test_columns_carry_units(rows: list[dict[str, str]]) -> None:
    names = list(rows[0])[3:]
    units = ("_kW", "_kWh", "_degC", "_kg/s", "_EUR/kWh", "_1")
    assert all(n.endswith(units) for n in names)
    assert {
        "price_da_EUR/kWh",
        "hts.hex_hnht.P_kW",
        "hts.hex_hnht.m_hot_kg/s",
        "hts.hex_hnht.P_scheduled_kW",
        "hts.hs.Q_scheduled_kWh",
        "hts.T_flow_scheduled_degC",
        "iess.hnht_flow.T_degC",
        "dhs.chp.E_fuel_kWh",
    } <= set(names)


def test_values_and_empty_cells(rows: list[dict[str, str]], reference: SiteTopology) -> None:
    run = study(reference, ("winter",), days=1).seasons["winter"].runs["marginal"]
    assert run.scheduled is not None
    read = [float(r["hts.hex_hnht.P_scheduled_kW"]) for r in rows if r["mode"] == "marginal"]
    assert np.allclose(read, run.scheduled["hts.hex_hnht.P"], rtol=1e-6)
    assert all(r["hts.hex_hnht.P_scheduled_kW"] == "" for r in rows if r["mode"] == "baseline")


def test_same_outcome_same_bytes(
    small: SiteTopology, small_study: StudyOutcome, tmp_path: Path
) -> None:
    for name in ("a.csv.gz", "b.csv.gz"):
        write_timeseries(small_study, small, tmp_path / name)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_a_study_without_a_season_has_a_head_only(small: SiteTopology, tmp_path: Path) -> None:
    write_timeseries(study(small, ()), small, tmp_path / "t.csv.gz")
    assert gzip.decompress((tmp_path / "t.csv.gz").read_bytes()) == b"season,mode,time_utc\n"
