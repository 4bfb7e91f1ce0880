"""Tolerances: defaults of a quantity, patterns in their order, the larger of amount and share."""

from __future__ import annotations

from math import inf

import pytest

from rami.core.points import Point
from rami.integration.fidelity_settings import Fidelity
from rami.integration.tolerance import (
    FIDELITY,
    Tolerance,
    judged,
    tolerances_of,
    written,
    written_at,
)

POINTS = (
    Point("hp.T_out", "temperature"),
    Point("hp.P", "power"),
    Point("hp.m", "mass_flow"),
    Point("hp.COP", "share"),
    Point("hp.E", "energy", cumulative=True),
    Point("hp.cost", "money"),
)


def test_the_larger_of_amount_and_share_holds() -> None:
    tolerance = Tolerance(10.0, 0.05)
    assert tolerance.at(-100.0) == 10.0
    assert tolerance.at(-1000.0) == 50.0


def test_defaults_follow_the_quantity() -> None:
    found = tolerances_of(POINTS)
    assert not found.wrong
    assert found.fidelity[0] == FIDELITY["temperature"]
    assert found.fidelity[5].at(3.0) == inf
    assert [p.name for p in judged(POINTS)] == ["hp.T_out", "hp.P", "hp.m", "hp.COP"]


def test_a_later_entry_replaces_an_earlier_one() -> None:
    entries = {
        "*.T_*": "1 K",
        "hp.P": "3 %",
        "hp.m": "8 % or 1 t/h",
        "hp.COP": "7 %",
        "hp.T_out": "4 K",
    }
    found = tolerances_of(POINTS, Fidelity(points=entries, noise={"hp.P": "2 kW"}))
    assert not found.wrong
    assert found.fidelity[0] == Tolerance(4.0)
    assert found.fidelity[1] == Tolerance(10.0, 0.03)
    assert found.fidelity[2] == Tolerance(pytest.approx(1 / 3.6), 0.08)
    assert found.fidelity[3] == Tolerance(0.05, 0.07)
    assert found.noise[1] == Tolerance(2.0)


def test_a_pattern_over_several_quantities_is_told_once_for_each() -> None:
    found = tolerances_of(POINTS, Fidelity(points={"hp.*": "3 K", "hx.*": "1 K"}))
    assert [(w.entry, w.at_name) for w in found.wrong].count(("hx.*", True)) == 1
    assert sum("does not measure" in w.what for w in found.wrong) == 5
    assert found.fidelity[0] == Tolerance(3.0)


def test_a_share_between_bounds_is_off_by_points_of_percent() -> None:
    valve = Point("valve.u", "share", low=0.0, high=1.0)
    assert tolerances_of([valve], Fidelity(points={"*": "7 %"})).fidelity == (Tolerance(0.07),)
    wrong = tolerances_of([valve], Fidelity(points={"*": "7 % or 0.1"})).wrong
    assert "off by one amount" in wrong[0].what


def test_differences_in_words() -> None:
    assert written_at(0.18, POINTS[3]) == "0.18"
    assert written_at(12.0, POINTS[1]) == "12 kW"
    assert written(3.24, "temperature") == "3.24 K"
    assert written(0.05, "share") == "5 %"
