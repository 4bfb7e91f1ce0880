"""Declared key figures of a real run agree with its meters and accounts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from services.progress import silent
from services.report.results import contents
from services.study.run import run_study
from twins.site.loading import load_site

KPI = """
kpi:
  cop: {formula: "total(hts.hp.E_th) / total(hts.hp.E_el)", unit: "1"}
  gas: {formula: "total(kpi.gas_step)", unit: MWh}
  gas_step:
    formula: iess.boiler_hnlt.E_fuel + iess.boiler_hnht.E_fuel + iess.chp.E_fuel
    unit: kWh
  spread: {formula: "iess.hnht_flow.T - iess.hnht_return.T", unit: K}
  heat_cost: {formula: "cost.dhs.dhs", unit: EUR/MWh}
  heat_cost_half: {formula: "kpi.heat_cost / 2", unit: ct/kWh}

data:"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, reference_site_file: Path):
    folder = tmp_path_factory.mktemp("kpi")
    text = reference_site_file.read_text().replace("\ndata:", KPI, 1)
    (folder / "site.yaml").write_text(text)
    site = load_site(folder / "site.yaml")
    return run_study(site, folder / "out", silent, seasons=("winter",), days=1), folder / "out"


def test_figures_are_those_of_the_meters(outcome) -> None:
    found, _ = outcome
    run = found.seasons["winter"].runs["marginal"]
    kpi = run.kpi
    assert kpi is not None
    meters = run.meters
    heat, power = meters["hts.hp.E_th"].sum(), meters["hts.hp.E_el"].sum()
    assert kpi["kpi.cop"] == pytest.approx(np.full(96, heat / power))
    gas = sum(meters[f"iess.{n}.E_fuel"].sum() for n in ("boiler_hnlt", "boiler_hnht", "chp"))
    assert kpi["kpi.gas"][0] == pytest.approx(gas / 1000)
    spread = run.means["iess.hnht_flow.T"] - run.means["iess.hnht_return.T"]
    assert kpi["kpi.spread"] == pytest.approx(spread)
    assert kpi["kpi.heat_cost_half"] == pytest.approx(kpi["kpi.heat_cost"] / 20, nan_ok=True)
    assert dict(zip(kpi.names, kpi.units, strict=True))["kpi.heat_cost_half"] == "ct/kWh"


def test_they_are_in_the_results_with_unit_and_formula(outcome) -> None:
    found, folder = outcome
    written = json.loads((folder / "results.json").read_text())
    assert written == json.loads(json.dumps(contents(found)))
    figure = written["seasons"]["winter"]["kpi"]["marginal"]["cop"]
    assert figure["unit"] == "1"
    assert figure["formula"] == "total(hts.hp.E_th) / total(hts.hp.E_el)"
    assert 2.0 < figure["mean"] < 5.0
    assert "Key figures of the site file" in (folder / "report.html").read_text()
