"""Recorded data of a site looked through for faults, as a library and as a command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rami.core.errors import DataError
from rami.core.signal import Rows
from rami.core.timegrid import NS
from rami.functional.diagnosis import DiagnosisSettings, FaultKind
from services.cli.application import app
from services.diagnosis import diagnose
from tests.functional.diagnosis.plants import PER_DAY, START_NS, WINDOW_S, Plant
from twins.site import load_site
from twins.site.site import Site

NAMES = {"hex": "hex_hnht", "valve": "hex_hnht_valve", "pump": "hex_hnht_pump"}
SETTINGS = {"hts": DiagnosisSettings.model_validate({"reference": "4 d", "window": "10 min"})}


def recorded(days: int, fouled: float) -> Rows:
    """Ten-minute rows of one exchanger of the reference site, fouling from the fifth day on."""
    ramp = np.clip(np.arange(days * PER_DAY) / PER_DAY - 5.0, 0.0, None) / 5.0
    columns = Plant(5, fouled=1.0 - fouled * ramp).columns(days)
    named = {}
    for name, values in columns.items():
        component, _, point = name.partition(".")
        named[f"hts.{NAMES[component]}.{point}"] = values
    count = days * PER_DAY
    times = START_NS + np.round(np.arange(count) * WINDOW_S * NS).astype(np.int64)
    return Rows(
        tuple(named),
        np.repeat(np.arange(len(named), dtype=np.int32), count),
        np.tile(times, len(named)),
        np.concatenate(list(named.values())),
        np.zeros(count * len(named), np.uint32),
    )


@pytest.fixture(scope="module")
def site(reference_site_file: Path) -> Site:
    return load_site(reference_site_file)


def test_fouling_in_a_recording_is_found(site: Site) -> None:
    found = diagnose(site.topology, recorded(10, 0.3), SETTINGS)
    (one,) = found.told
    assert (one.twin, one.last.component, one.last.kind) == ("hts", "hex_hnht", FaultKind.FOULING)
    assert one.ended_ns is None
    assert one.last.size == pytest.approx(27.0, abs=4.0)
    assert list(found.judged) == ["hts"]


def test_rows_of_other_names_are_refused(site: Site) -> None:
    rows = Rows.of_series("elsewhere", np.array([START_NS]), np.array([1.0]))
    with pytest.raises(DataError, match=r"hts\.hex_hnht\.P"):
        diagnose(site.topology, rows, {})


def test_data_shorter_than_the_reference_time_are_refused(site: Site) -> None:
    with pytest.raises(DataError, match="reference time"):
        diagnose(site.topology, recorded(3, 0.0), SETTINGS)


def test_the_command_reads_a_file(tmp_path: Path) -> None:
    rows = recorded(10, 0.3)
    stamps = np.datetime_as_string(rows.times.view("datetime64[ns]"), unit="s")
    units = {"T": "degC", "m": "kg/s", "P": "kW", "u": "1"}
    lines = ["time,signal,unit,value"]
    for place, at, value in zip(rows.places, stamps, rows.values, strict=True):
        name = rows.names[place]
        unit = units[name.rpartition(".")[2].partition("_")[0]]
        lines.append(f"{at}Z,{name},{unit},{value:.6g}")
    file = tmp_path / "measured.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ran = CliRunner().invoke(
        app, ["data", "diagnose", "--file", str(file), "--reference", "4 d", "--json"]
    )
    assert ran.exit_code == 0, ran.output
    (one,) = json.loads(ran.stdout)["diagnoses"]
    assert (one["component"], one["kind"], one["ended"]) == ("hex_hnht", "fouling", None)
