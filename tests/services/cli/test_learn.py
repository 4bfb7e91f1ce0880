"""`rami learn` on a historian that real rows were written to."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid
from services.assemble.historian import open_store
from tests.services.cli.conftest import Rami
from twins.site.loading import load_site

GRID = TimeGrid.of("2019-01-14T00:00Z", 900, 1920)


@pytest.fixture
def site_file(tmp_path: Path, reference_site_file: Path) -> Path:
    """A site whose low-temperature boiler burns more than its file says."""
    file = tmp_path / "site.yaml"
    text = reference_site_file.read_text(encoding="utf-8")
    file.write_text(text.replace("\nstrategy:", "\nhistorian: {kind: duckdb}\n\nstrategy:", 1))
    random = np.random.default_rng(1)
    heat = np.interp(np.arange(1920) / 16, np.arange(121), random.uniform(500, 8000, 121))
    hours = np.arange(1920) / 4
    load = 3000 + 2000 * ((hours % 24 > 6) & (hours % 24 < 18) & (hours // 24 % 7 < 5))
    columns = {
        "iess.boiler_hnlt.P_th": heat,
        "iess.boiler_hnlt.P_fuel": heat / 0.85 * random.normal(1, 0.01, 1920),
        "P_el_factory": load + random.normal(0, 50, 1920),
    }
    with closing(open_store(load_site(file))) as store:
        store.declare([Signal(n, "power", description="made for a test") for n in columns])
        for name, values in columns.items():
            store.write(Rows.of_series(name, GRID.times(), values))
    return file


def test_curves_and_writing_back(rami: Rami, site_file: Path, tmp_path: Path) -> None:
    ran = rami("learn", "curves", site_file, "--json", "--write", tmp_path / "learned.yaml")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    (curve,) = told["curves"]
    (parameter,) = curve["parameters"]
    assert parameter["path"] == "iess.boiler_hnlt.efficiency"
    assert parameter["learned"] == pytest.approx(0.85, abs=0.003)
    assert parameter["declared"] == 0.9
    assert "hts.hp" in told["without"]
    assert told["written"] == ["iess.boiler_hnlt.efficiency"]
    old = site_file.read_text().splitlines()
    new = (tmp_path / "learned.yaml").read_text().splitlines()
    changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert len(changed) == 1
    boiler = load_site(tmp_path / "learned.yaml").topology.twins["iess"].components["boiler_hnlt"]
    assert boiler.efficiency == pytest.approx(0.85, abs=0.003)


def test_an_existing_file_is_kept(rami: Rami, site_file: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("mine")
    ran = rami("learn", "curves", site_file, "--write", tmp_path / "other.yaml")
    assert ran.returncode == 2
    assert "is there already" in ran.stderr
    assert (tmp_path / "other.yaml").read_text() == "mine"


def test_patterns_of_a_signal(rami: Rami, site_file: Path) -> None:
    ran = rami(
        "learn", "patterns", site_file, "--signal", "P_el_factory", "--zone", "UTC", "--json"
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["days"] == told["whole_days"] == 20
    first, second = told["day_types"]["types"]
    assert first["weekdays"]["Sat"] == first["weekdays"]["Sun"] == 0
    assert second["days"] == second["weekdays"]["Sat"] + second["weekdays"]["Sun"]
    assert told["unit"] == "kW"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("curves", "--run", "winter.marginal"), "none of the 36 signals"),
        (("curves", "--step", "15"), "needs a unit"),
        (("curves", "--from", "2019-02-30T00:00Z"), "no instant"),
        (("patterns", "--signal", "P_el_factry"), "did you mean 'P_el_factory'"),
        (("patterns", "--signal", "P_el_factory", "--zone", "Mars"), "no time zone"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    rami: Rami, site_file: Path, arguments: tuple[str, ...], what: str
) -> None:
    ran = rami("learn", arguments[0], site_file, *arguments[1:])
    assert ran.returncode == 2
    assert what in ran.stderr
    assert "Traceback" not in ran.stderr


def test_key_figures_over_history(rami: Rami, site_file: Path) -> None:
    text = site_file.read_text()
    kpi = (
        "\nkpi:\n"
        "  efficiency: {formula: total(integral(iess.boiler_hnlt.P_th)) / "
        "total(integral(iess.boiler_hnlt.P_fuel)), unit: '1'}\n"
        "  cop: {formula: hts.hp.P_th / hts.hp.P_el, unit: '1'}\n\nstrategy:"
    )
    site_file.write_text(text.replace("\nstrategy:", kpi, 1))
    ran = rami("data", "kpi", site_file, "--json", "--keep")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)["kpi"]
    assert told["efficiency"]["mean"] == pytest.approx(0.85, abs=0.002)
    assert told["efficiency"]["share_good"] == 1.0
    assert told["cop"]["mean"] is None
    assert "not kept: hts.hp.P_th, hts.hp.P_el" in ran.stderr
    last = json.loads(rami("data", "last", site_file, "kpi.*", "--json").stdout)
    by_name = {row["signal"]: row for row in last}
    assert by_name["kpi.efficiency"]["value"] == pytest.approx(told["efficiency"]["mean"])


def test_a_site_without_figures(rami: Rami, site_file: Path) -> None:
    ran = rami("data", "kpi", site_file)
    assert ran.returncode == 2
    assert "no key figures are declared" in ran.stderr
