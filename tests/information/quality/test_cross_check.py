"""Relations that hold, relations that fail, and who is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rami.asset.water import HEAT_CAPACITY
from rami.core.frame import Frame
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import TimeGrid
from rami.information.quality.cross_check import INCONSISTENT, CrossChecked, cross_check
from rami.information.quality.en1434 import flow_error, meter_error
from rami.information.quality.meter_relations import meter_relations, only_meter
from rami.information.quality.relation import Balance, Carried, Meter, Relation, Same
from rami.information.quality.settings import CrossChecks
from rami.information.quality.site_relations import site_relations
from rami.information.quality.subject import Subject
from rami.information.quality.suspects import Signatures
from tests.business.sites import small_twins, wired

GRID = TimeGrid.of("2019-01-14T00:00Z", 900.0, 96)


def _exchanger() -> Frame:
    """One that closes: 1 MW more or less, both sides 40 K apart."""
    power = 800.0 + 200.0 * np.sin(np.arange(96) / 15.0)
    flow = power / (HEAT_CAPACITY * 40.0)
    columns = {
        "x.P": ("kW", power),
        "x.m_hot": ("kg/s", flow),
        "x.T_hot_in": ("degC", np.full(96, 110.0)),
        "x.T_hot_out": ("degC", np.full(96, 70.0)),
        "x.m_cold": ("kg/s", flow),
        "x.T_cold_in": ("degC", np.full(96, 60.0)),
        "x.T_cold_out": ("degC", np.full(96, 100.0)),
        "pump.m": ("kg/s", flow),
        "line.T": ("degC", np.full(96, 60.0)),
    }
    return Frame.of(GRID, columns)


def _relations() -> list[Relation]:
    hot = Meter("x.m_hot", "x.T_hot_in", "x.T_hot_out", 6.0)
    cold = Meter("x.m_cold", "x.T_cold_out", "x.T_cold_in", 6.0)
    return [
        Carried("power and hot", "x.P", hot, 10.0, 3600.0),
        Carried("power and cold", "x.P", cold, 10.0, 3600.0),
        Carried("hot and cold", hot, cold, 10.0, 3600.0),
        Same("flow and pump", "x.m_cold", "pump.m", 0.06, "kg/s", 3600.0, 6.0),
        Same("inlet and line", "x.T_cold_in", "line.T", 2.0, "K", 3600.0),
    ]


def _with(name: str, change: float, frame: Frame | None = None, first: int = 48) -> Frame:
    """A value too high by an offset (temperatures) or a factor from an interval on."""
    frame = frame or _exchanger()
    values = frame.values.copy()
    j = frame.place(name)
    values[first:, j] = values[first:, j] + change if ".T" in name else values[first:, j] * change
    return replace(frame, values=values)


def _suspects(found: CrossChecked) -> set[tuple[str, ...]]:
    return {finding.suspects for finding in found.findings}


def test_an_exchanger_that_closes_is_in_order() -> None:
    found = cross_check(_exchanger(), _relations())
    assert len(found.verdicts) == 5 and all(v.checked.all() for v in found.verdicts)
    assert not found.findings and not found.marks.any()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("x.P", 1.3),
        ("x.P", 0.0),
        ("x.m_cold", 0.7),
        ("x.T_cold_in", 8.0),
        ("x.T_cold_out", -8.0),
        ("pump.m", 1.3),
        ("line.T", 5.0),
    ],
)
def test_one_wrong_sensor_is_named_from_where_it_is_wrong(name: str, change: float) -> None:
    frame = _with(name, change)
    found = cross_check(frame, _relations())
    named = [f for f in found.findings if f.suspects]
    if name in ("pump.m", "line.T"):  # two alike: no third to tell them apart but the exchanger
        assert {f.suspects for f in named} == {(name,)}
    else:
        assert _suspects(found) == {(name,)}
    begin, end = found.findings[0].start_ns, found.findings[0].end_ns
    assert (begin, end) == (GRID.start_ns + 48 * GRID.step_ns, GRID.end_ns)
    assert name in str(found.findings[0])
    marked = found.marks[:, frame.place(name)] == INCONSISTENT
    assert marked[48:].all() and not marked[:48].any()
    assert not np.delete(found.marks, frame.place(name), axis=1).any()


def test_of_sensors_nobody_can_tell_apart_all_are_named() -> None:
    found = cross_check(_with("x.T_hot_in", 8.0), _relations())
    assert _suspects(found) == {("x.m_hot", "x.T_hot_in", "x.T_hot_out")}
    assert str(found.findings[0]).startswith("one of x.m_hot")


def test_two_faults_at_once_are_both_told() -> None:
    frame = _with("x.P", 1.5, _with("line.T", 6.0))
    assert {("x.P",), ("line.T",)} <= _suspects(cross_check(frame, _relations()))


def test_without_redundancy_all_members_disagree() -> None:
    frame = _exchanger().select(["x.P", "x.m_hot", "x.T_hot_in", "x.T_hot_out"])
    found = cross_check(_with("x.P", 1.5, frame), _relations())
    (finding,) = found.findings
    assert finding.suspects == () and str(finding).endswith("disagree")
    assert (found.marks[48:] == INCONSISTENT).all()


def test_bad_values_do_not_count() -> None:
    frame = _with("x.P", 100.0, first=50)
    grade = frame.quality.copy()
    grade[50:, frame.place("x.P")] = quality(Family.BAD, Reason.RANGE)
    found = cross_check(replace(frame, quality=grade), _relations())
    assert not found.findings
    power = found.verdicts[0]
    assert power.checked[:12].all() and not power.checked[13:].any()


def test_a_balance_counts_what_the_water_stores() -> None:
    temperature = 60.0 + np.arange(96) / 10.0
    stored = 4.19 * 1000.0 * 0.1 / 900.0  # kW that warm one tonne by 0.1 K in 15 min
    columns = {
        "boiler.P": ("kW", np.full(96, 100.0 + stored)),
        "load.P": ("kW", np.full(96, 100.0)),
        "line.T": ("degC", temperature),
    }
    signs = {"boiler.P": 1.0, "load.P": -1.0}
    frame = Frame.of(GRID, columns)
    kept = Balance("net", signs, {"line.T": 4190.0}, 0.0, 0.01, 3600.0)
    assert not cross_check(frame, [kept]).findings
    lost = Balance("net", signs, {}, 0.0, 0.01, 3600.0)
    (finding,) = cross_check(replace(frame), [lost]).findings
    assert finding.others == ("boiler.P", "load.P")


def test_permissible_errors_of_en_1434() -> None:
    flow = np.array([1.0, 0.1, 0.001])
    assert flow_error(2, flow, 1.0) == pytest.approx([0.0202, 0.022, 0.05])
    assert flow_error(3, flow, 1.0) == pytest.approx([0.0305, 0.035, 0.05])
    whole = meter_error(2, np.array([1.0]), 1.0, np.array([30.0]))
    assert whole == pytest.approx([0.0202 + 0.008 + 0.006])


def test_registers_of_a_real_meter_fit_and_a_wrong_one_is_found() -> None:
    days = np.arange(1, 25)
    volume = np.full(24 * 24, 0.06)
    columns = {
        "m.E": ("kWh", 1.145 * volume * 35.0),
        "m.V": ("m3", volume),
        "m.in": ("m3degC", volume * 70.0),
        "m.out": ("m3degC", volume * 35.0),
    }
    frame = Frame.of(TimeGrid.of("2019-01-01T00:00Z", 3600.0, 24 * len(days)), columns)
    settings = CrossChecks.model_validate(
        {
            "meters": {
                "house": {"energy": "*.E", "volume": "*.V", "inlet": "*.in", "outlet": "*.out"}
            }
        }
    )
    relations = meter_relations(frame.names, settings)
    assert [r.name for r in relations] == ["house m: energy and volume x temperature"]
    assert not cross_check(frame, relations).findings
    found = cross_check(_with("m.E", 1.3, frame), relations)
    assert found.findings and found.verdicts[0].worst_ratio > 1.0


def test_the_meter_of_a_file_is_recognised_by_its_registers() -> None:
    signals = [
        Subject("a", "energy", True),
        Subject("b", "volume_temperature", True),
        Subject("c", "volume_temperature", True),
    ]
    (one,) = only_meter(signals, {"b": 1.0, "c": 2.0}, CrossChecks())
    assert one.members == ("a", "c", "b")
    assert only_meter(signals[:2], {}, CrossChecks()) == []


def test_a_site_has_relations_for_every_exchanger_and_network() -> None:
    site = wired(small_twins())
    names = [r.name for r in site_relations(site, CrossChecks())]
    for path in site.network_paths():
        assert f"{path}: heat balance" in names
    for side in ("hot", "cold"):
        assert f"hts.source: power and {side} side" in names
    points = {f"{t}.{p}" for t, twin in site.twins.items() for p in twin.points.names}
    for relation in site_relations(site, CrossChecks()):
        assert {*relation.needs} <= points, relation.name
    none = CrossChecks(exchangers=False, networks=False)
    assert site_relations(site, none) == []


def test_signatures_name_who_explains_most() -> None:
    signatures = Signatures([("a", "b"), ("a", "c"), ("b", "c")])
    failing = np.array([True, True, False])
    (one,) = signatures.explain(failing, np.ones(3, bool))
    assert one == ((0, 1), ("a",), ("b", "c"))
    (alike,) = signatures.explain(np.array([True, False, False]), np.ones(3, bool))
    assert alike == ((0,), (), ("a", "b"))
