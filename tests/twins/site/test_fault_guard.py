"""Faults of the section `guard`: inputs, limits, units."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.twins.site.conftest import Changes, Told
from twins.site import load_site

HTS = "  hts:\n"


def guard(*lines: str) -> str:
    return f"{HTS}    guard:\n" + "".join(f"      {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("entry", "path", "words"),
    [
        ("hp.v: {high: 80 %}", "guard.inputs.hp.v", "'hp.v' is no input|did you mean 'hp.u'?"),
        ("hp.u: {high: 120 %}", "guard.inputs.hp.u.high", "high 1.2 lies outside what hp.u can be"),
        ("hp.u: {high: 3 kW}", "guard.inputs.hp.u.high", "unit 'kW' does not measure share"),
        ("hp.u: {rate: 3 %}", "guard.inputs.hp.u.rate", "'3 %' is not a change per s, min or h"),
        ("hp.u: {depends_on: hp.T}", "guard.inputs.hp.u.depends_on", "no measured point 'hp.T'"),
        ("hp.u: {hihg: 80 %}", "guard.inputs.hp.u", "hihg"),
        ("hp.u: {lease: 0 s}", "guard.inputs.hp.u.lease", "more than 0 s"),
    ],
)
def test_a_limit_that_does_not_fit_is_told_at_its_place(
    told: Told, entry: str, path: str, words: str
) -> None:
    told(HTS, guard("inputs:", f"  {entry}"), path, words)


def test_limits_that_fit_are_read(changed: Callable[[Changes], Path]) -> None:
    lines = (
        "operators: [Meyer]",
        "inputs:",
        "  '*.u': {rate: 5 %/s, deadband: 0.5 %}",
        "  hp.u: {high: 0.9, safe: 0 %, depends_on: hp.T_condenser_out, measured_within: 60 s}",
    )
    site = load_site(changed({HTS: guard(*lines)}))
    declared = site.twins["hts"].guard
    assert declared is not None
    assert declared.operators == ("Meyer",)
    assert declared.inputs["hp.u"].measured_within == 60.0
