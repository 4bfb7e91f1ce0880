"""Section `quality`: what cannot hold is told at its place, with a hint."""

from __future__ import annotations

import pytest

from tests.twins.site.conftest import Changes, Told
from twins.site import load_site

CASES = [
    ("hts.hx_hnht.P: {fill: {method: hold}}", "rules.hts.hx_hnht.P", "mean 'hts.hex_hnht.P'?"),
    ("htz.*: {skip: [stuck]}", "rules.htz.*", "did you mean 'hts'?"),
    ("hts.hex_hnht.P_*: {stale: 1 h}", "rules.hts.hex_hnht.P_*", "hts.hex_hnht has no 'P_*'"),
    ("temp_air: {skip: [stuk]}", "rules.temp_air.skip[0]", "did you mean 'stuck'?"),
    ("temp_air: {range: {low: 0 degK}}", "range.low", "did you mean 'degC'?"),
    ("temp_air: {range: {low: 3 kW}}", "range.low", "'kW' does not measure temperature"),
    ("temp_air: {range: {}}", "temp_air.range", "a range needs low, high, or both"),
    ("temp_air: {range: {low: 60 degC}}", "range.low", "nothing lies between 60 and 50 degC"),
    ("temp_air: {rate: {most: 5 degC}}", "rate.most", "temperature difference"),
    ("temp_air: {period: 1 h, stale: 5 min}", "temp_air.stale", "wanted more than the period"),
    ("temp_air: {cumulative: true}", "temp_air.cumulative", "cannot be a register"),
    ("temp_air: {zone: Europe/Berln}", "temp_air.zone", "no time zone"),
    ("temp_air: {resample: {how: growth}}", "resample.how", "it has no growth"),
    ("temp_air: {resample: {how: weighted}}", "resample.how", "give weight: a flow"),
    ("temp_air: {register: {tolerance: 1 K}}", "temp_air.register", "declare cumulative: true"),
    ("temp_air: {fill: {method: model}}", "fill.method", "no twin gives a model value"),
    ("hts.hex_hnht.E: {resample: {how: mean}}", "resample.how", "wanted growth or last"),
    (
        "hts.hex_hnht.T_hot_in: {resample: {weight: hts.hex_hnht.m_hto}}",
        "resample.weight",
        "mean 'hts.hex_hnht.m_hot'?",
    ),
]


def _section(rules: str, more: str = "") -> tuple[str, str]:
    return "\nstrategy:\n", f"\nquality:\n  rules:\n    {rules}\n{more}\nstrategy:\n"


@pytest.mark.parametrize(("rule", "path", "words"), CASES)
def test_a_rule_that_cannot_hold_is_told(rule: str, path: str, words: str, told: Told) -> None:
    told(*_section(rule), path, words)


@pytest.mark.parametrize(
    ("registers", "path", "words"),
    [
        ("{energy: hts.hex_hnht.E, inlet: x, outlet: y}", "meters.one.inlet", "no signal fits"),
        (
            "{energy: hts.hex_*.E, inlet: hts.hex_hnht.E, outlet: hts.hex_hnht.E}",
            "meters.one.inlet",
            "one in each of them, or none",
        ),
    ],
)
def test_a_heat_meter_that_is_not_there_is_told(
    registers: str, path: str, words: str, told: Told
) -> None:
    section = f"  cross_checks:\n    meters:\n      one: {registers}\n"
    told(*_section("temp_air: {skip: [stuck]}", section), path, words)


def test_rules_that_hold_give_a_site(changed: object) -> None:
    rule = "'*.T_*': {range: {high: 140 degC}, fill: {method: similar_days, longest: 6 h}}"
    old, new = _section(rule)
    site = load_site(changed({old: new}))  # type: ignore[operator]
    assert site.declaration.quality is not None and not site.warnings


def test_with_a_historian_an_unknown_signal_only_warns(changed: object) -> None:
    changes: Changes = dict([_section("imported.*: {skip: [stuck]}")])
    changes["\nbusiness:\n"] = "\nhistorian: {kind: duckdb}\n\nbusiness:\n"
    site = load_site(changed(changes))  # type: ignore[operator]
    assert "unless the historian holds one" in str(site.warnings[0])
