"""A simulated site against its own relations: it closes, and a wrong sensor is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rami.core.frame import Frame
from rami.core.quality import Reason
from rami.core.signal import Rows
from rami.information.quality.assess import assess, counted
from rami.information.quality.cross_check import cross_check
from rami.information.quality.rules import effective_rules
from rami.information.quality.settings import CrossChecks
from rami.information.quality.site_relations import site_relations
from services.assemble.quality import site_subjects
from tests.services.conftest import ReadySite

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
