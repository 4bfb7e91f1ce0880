"""A simulated site against its own relations: it closes, and a wrong sensor is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from rami.core.frame import Frame
from rami.core.quality import Reason
from rami.core.signal import Rows
from rami.core.timegrid import TimeGrid, instant
from rami.information.quality.assess import assess, counted
from rami.information.quality.cross_check import cross_check
from rami.information.quality.rules import effective_rules
from rami.information.quality.settings import CrossChecks
from rami.information.quality.site_relations import site_relations
from services.assemble.quality import site_subjects
from services.study.season_data import DataOptions, read_season
from tests.services.conftest import ReadySite
from twins.site import load_site

HOURS = 8


@pytest.fixture(scope="module")
def means(reference: ReadySite) -> Frame:
    """Interval means of every point of a closed-loop run."""
    frame: Frame = reference.run("marginal", HOURS).evaluation.means
    return frame


@pytest.fixture(scope="module")
def relations(reference: ReadySite) -> list[Any]:
    return site_relations(reference.site.topology, CrossChecks())


def test_every_relation_is_checked_and_holds(means: Frame, relations: list[Any]) -> None:
    found = cross_check(means, relations)
    assert len(found.verdicts) == len(relations)
    assert not found.findings, [str(f) for f in found.findings]
    assert all(v.checked.all() for v in found.verdicts)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("hts.hex_hnlt.T_cold_out", 8.0),
        ("hts.hex_hnlt.T_hot_out", 8.0),
        ("hts.hex_hnlt.m_cold", 1.3),
        ("hts.hex_hnht.P", 1.3),
        ("hts.hex_hnht.T_hot_in", 8.0),
        ("hts.hex_hnlt_border.P", 1.3),
        ("hts.circuit_preheated.T", 8.0),
        ("iess.production.P", 1.3),
        ("iess.boiler_hnlt.P_th", 1.3),
    ],
)
def test_a_wrong_sensor_is_named(
    name: str, change: float, means: Frame, relations: list[Any]
) -> None:
    values = means.values.copy()
    j, half = means.place(name), means.grid.count // 2
    last = name.rpartition(".")[2]
    values[half:, j] = values[half:, j] + change if last[0] == "T" else values[half:, j] * change
    found = cross_check(replace(means, values=values), relations)
    assert {f.suspects for f in found.findings} == {(name,)}
    assert found.marks[half:, j].any() and not found.marks[:half].any()


def test_default_rules_leave_a_healthy_site_alone(
    means: Frame, relations: list[Any], reference: ReadySite
) -> None:
    rules, faults = effective_rules(site_subjects(reference.site), None)
    assert not faults
    found = assess(Rows.of_frame(means), rules, relations)
    assert {*found.signals} == {*means.names}
    wrong = {
        name: marks
        for name, one in found.signals.items()
        if (marks := {k for k in counted(one.rows.status) if k != "simulated"} - {"spike"})
    }
    assert not wrong
    spikes = sum(
        int(np.count_nonzero(one.rows.status & np.uint32(Reason.SPIKE)))
        for one in found.signals.values()
    )
    assert spikes <= 0.001 * means.values.size


def test_data_of_a_run_pass_the_checks_of_the_section(
    shared_data: Path, reference_site_declaration: dict[str, Any], tmp_path: Path
) -> None:
    head, *lines = (
        (shared_data / "site_synthetic_winter_15min.csv").read_text(encoding="utf-8").splitlines()
    )
    rows = [line.split(",") for line in lines]
    rows[40][2] = "9000"  # EUR/MWh, beyond what the market allows
    text = "\n".join([head, *(",".join(row) for row in rows)])
    (tmp_path / "data.csv").write_text(f"{text}\n", encoding="utf-8")
    declared = reference_site_declaration
    declared["data"] = {"kind": "csv", "files": ["data.csv"]}
    file = tmp_path / "site.yaml"
    frames = []
    for section in (None, {}):
        declared["quality"] = section
        file.write_text(yaml.safe_dump({k: v for k, v in declared.items() if v is not None}))
        site = load_site(file)
        grid = TimeGrid(instant(site.clock.start), 900 * 10**9, 96)
        frames.append(read_season(site, "run", grid, DataOptions()))
    without, with_ = frames
    assert without["price_da"][40] == 9.0 and "checked" not in without.sources["price_da"]
    assert 0.0 < with_["price_da"][40] < 0.1
    status = with_.quality[40, with_.place("price_da")]
    assert status & np.uint32(Reason.FILLED) and status & np.uint32(Reason.RANGE)
    assert with_.sources["price_da"].endswith("; checked: 1 range, 1 filled")
    for name in ("P_th_dem_HNHT", "P_el_factory"):
        assert np.array_equal(without[name], with_[name])
