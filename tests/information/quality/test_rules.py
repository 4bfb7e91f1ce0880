"""Which rule a signal gets, and where each part of it comes from."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from rami.core.units import CANONICAL
from rami.information.quality.rule import Rule
from rami.information.quality.rules import effective_rules
from rami.information.quality.settings import QualitySettings
from rami.information.quality.stages import chain_of
from rami.information.quality.subject import Subject, of_series, subjects
from rami.information.series import Role, Series
from tests.business.sites import small_twins, wired


def _rule(subject: Subject, **section: Any) -> Rule:
    (rule,), faults = effective_rules([subject], QualitySettings.model_validate(section))
    assert not faults
    return rule


AIR = of_series(Series("temp_air", "temperature"))


@pytest.mark.parametrize("quantity", CANONICAL)
def test_every_quantity_has_a_rule_that_makes_a_chain(quantity: str) -> None:
    rule = _rule(Subject("x", quantity))
    assert chain_of(rule).resampling is not None
    assert all(text.startswith("default of") for text in rule.origins.values())


def test_outdoor_air_is_bounded_and_a_load_by_its_consumer() -> None:
    assert (_rule(AIR).low, _rule(AIR).high) == (-45.0, 50.0)
    load = _rule(of_series(Series("P_th", "power", Role.DISTRICT, 100.0)))
    assert (load.low, load.high) == (0.0, 300.0)
    assert load.origins["range"] == "3 x power of its consumer"


def test_a_later_rule_changes_only_what_it_names() -> None:
    rules = {
        "temp_*": {"range": {"low": "-20 degC"}, "fill": {"method": "hold", "longest": "1 h"}},
        "temp_air": {"range": {"high": "313.15 K"}},
    }
    rule = _rule(AIR, rules=rules)
    assert rule.low == -20.0 and rule.high == pytest.approx(40.0)
    assert rule.origins["range"] == "declared for 'temp_air'"
    assert (rule.fill, rule.longest_s) == ("hold", 3600.0)
    assert rule.origins["fill"] == "declared for 'temp_*'"
    assert rule.origins["spike"] == "default of outdoor air"


def test_without_defaults_only_what_is_declared_is_checked() -> None:
    rule = _rule(AIR, defaults=False, rules={"*": {"rate": {"most": "6 K", "within": "2 h"}}})
    assert (rule.low, rule.high, rule.spike, rule.fill) == (-inf, inf, None, "none")
    assert rule.rate == pytest.approx(3.0 / 3600)


def test_skipped_checks_are_left_out_of_the_chain() -> None:
    whole, part = _rule(AIR), _rule(AIR, rules={"*": {"skip": ["spike", "range", "gap"]}})
    left = {check.reason.name for check in chain_of(part).checks}
    assert {c.reason.name for c in chain_of(whole).checks} - left == {"SPIKE", "RANGE"}
    assert chain_of(part).gap is None


def test_a_register_is_checked_as_one() -> None:
    rule = _rule(Subject("E", "energy"), rules={"E": {"cumulative": True}})
    assert rule.how == "growth" and rule.origins["reset"] == "default of a register"
    assert "RESET" in {check.reason.name for check in chain_of(rule).checks}


def test_points_bring_their_ranges() -> None:
    found = {one.name: one for one in subjects(wired(small_twins()), ())}
    assert found
    for one in found.values():
        if one.settable and one.quantity == "share" and one.name.endswith(".u"):
            assert (one.low, one.high) == (0.0, 1.0)
            assert one.bounds_from == "range of the point"
        if one.cumulative:
            assert not one.bounds_from
